package atoll.repository;

/**
 * How a volume is cut, and how high its pointer table is.
 *
 * <p>Source: docs/repository-format.md, "Pointer table".
 *
 * @param sizeBytes length of the volume
 * @param chunkSizeBytes length of a chunk
 */
record TableShape(long sizeBytes, int chunkSizeBytes) {
  TableShape {
    if (sizeBytes < 0 || !RepositorySettings.isChunkSize(chunkSizeBytes)) {
      throw new IllegalArgumentException(
          "volume of " + sizeBytes + " bytes in chunks of " + chunkSizeBytes);
    }
  }

  /** How many chunks cover the volume. */
  long chunks() {
    return sizeBytes / chunkSizeBytes + (sizeBytes % chunkSizeBytes == 0 ? 0 : 1);
  }

  /** How many levels of nodes there are; the root has level depth - 1. */
  int depth() {
    int depth = 1;
    while (span(depth) < chunks()) {
      depth++;
    }
    return depth;
  }

  /** Where a chunk begins. */
  long offsetOf(long chunk) {
    return chunk * chunkSizeBytes;
  }

  /** How much of a chunk lies within the volume. */
  int lengthOf(long chunk) {
    return (int) Math.min(chunkSizeBytes, sizeBytes - offsetOf(chunk));
  }

  /** How many chunks a child of a node of {@code level} stands for: 256 to the power of level. */
  static long span(int level) {
    return 1L << (8 * level);
  }

  /** Which child of a node of {@code level} stands for a chunk. */
  static int slot(long chunk, int level) {
    return (int) (chunk >>> (8 * level)) & (Node.FAN_OUT - 1);
  }
}
