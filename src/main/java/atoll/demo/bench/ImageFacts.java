package atoll.demo.bench;

/**
 * The image that was backed up.
 *
 * @param origin where its content is from
 * @param sizeBytes of the disk
 * @param allocatedBytes what of it is data, by which speeds are reckoned
 * @param changedBytes what differs in the second state at most, in blocks of 4 KiB
 */
record ImageFacts(String origin, long sizeBytes, long allocatedBytes, long changedBytes) {}
