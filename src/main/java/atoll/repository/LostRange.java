package atoll.repository;

/**
 * A range of a snapshot that cannot be read.
 *
 * @param offsetBytes where it begins in the volume
 * @param reason what is damaged, and how
 */
public record LostRange(long offsetBytes, long lengthBytes, String reason) {}
