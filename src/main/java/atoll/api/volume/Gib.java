package atoll.api.volume;

/** Sizes as the API gives them: whole GiB, where there are bytes inside. */
final class Gib {
  static final long BYTES = 1L << 30;

  /** The most that a volume may have. */
  static final long SIZE_MAX = 64L << 10;

  private Gib() {}

  /** So many bytes, rounded up. */
  static long of(long bytes) {
    return Math.ceilDiv(bytes, BYTES);
  }
}
