package atoll.repository;

/**
 * How much the snapshots of a repository hold, and how much space that takes.
 *
 * @param snapshots how many there are
 * @param sizeBytes how large their volumes are, together
 * @param logicalBytes what of that is not zeros, in whole chunks
 * @param uniqueBytes the same, each chunk counted once
 * @param liveBytes how long these chunks and the tables are on the store
 * @param storedBytes how long all packs are, with what a collection would free
 * @param packs how many packs there are
 */
public record RepositoryStats(
    int snapshots,
    long sizeBytes,
    long logicalBytes,
    long uniqueBytes,
    long liveBytes,
    long storedBytes,
    int packs) {}
