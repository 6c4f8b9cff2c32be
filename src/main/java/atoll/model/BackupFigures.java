package atoll.model;

/**
 * What a backup met and did.
 *
 * @param changedBytes what differed from the point it was written against, from allocation tables
 * @param readBytes what was read from primary storage
 * @param storedBytes what was added to the repository
 * @param millis how long it took
 * @param contentDigest names the whole content, see docs/repository-format.md
 */
public record BackupFigures(
    long changedBytes, long readBytes, long storedBytes, long millis, String contentDigest) {}
