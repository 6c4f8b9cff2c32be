package atoll.repository;

/**
 * What is fixed when a repository is made.
 *
 * @param chunkSizeBytes the unit of storing: a power of two from 16 KiB to 4 MiB
 */
public record RepositorySettings(int chunkSizeBytes) {
  /** Chunks of 64 KiB. */
  public static final RepositorySettings DEFAULT = new RepositorySettings(64 << 10);

  public RepositorySettings {
    if (!isChunkSize(chunkSizeBytes)) {
      throw new IllegalArgumentException("chunk size " + chunkSizeBytes);
    }
  }

  static boolean isChunkSize(int bytes) {
    return bytes >= 16 << 10 && bytes <= 4 << 20 && Integer.bitCount(bytes) == 1;
  }
}
