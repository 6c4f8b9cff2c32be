package atoll.repository;

import java.time.Duration;

/**
 * What bounds the work on a repository; none of it is visible in what is stored.
 *
 * @param workers threads of one writing that read, hash and compress; a few more than processors,
 *     so that some read while others compute
 * @param packBytes how large packs become
 * @param packsInFlight packs on their way to the store, of all writings of a repository together;
 *     each writing has one more in the making
 * @param batchBytes what a worker reads at once; two to three times as much memory for each of
 *     twice the workers
 * @param getsMax ranges fetched at once by one restore or verification
 * @param imageCacheBytes content kept by each opened snapshot
 * @param recordsMax chunks a verification keeps in mind at once, a quarter of a KiB each; a
 *     collection several times as many, as they are smaller there; more take several passes over
 *     the tables
 * @param leaseLength how long a writer may be silent before the collector gives it up
 */
public record RepositoryTuning(
    int workers,
    int packBytes,
    int packsInFlight,
    int batchBytes,
    int getsMax,
    int imageCacheBytes,
    int recordsMax,
    Duration leaseLength) {
  public RepositoryTuning {
    if (workers < 1
        || packBytes < 64 << 10
        || packsInFlight < 1
        || batchBytes < 1
        || getsMax < 1
        || imageCacheBytes < 0
        || recordsMax < 1
        || leaseLength.compareTo(Duration.ofSeconds(3)) < 0) {
      throw new IllegalArgumentException("impossible bounds: " + workers + " workers");
    }
  }

  /** A quarter of the heap, a quarter of a KiB each. */
  private static int recordsMaxOfHeap() {
    return Math.clamp(Runtime.getRuntime().maxMemory() >> 10, 100_000, 4_000_000);
  }

  /** What suits a host: two workers more than processors, packs of 32 MiB. */
  public static RepositoryTuning defaults() {
    return new RepositoryTuning(
        Runtime.getRuntime().availableProcessors() + 2,
        32 << 20,
        4,
        1 << 20,
        8,
        32 << 20,
        recordsMaxOfHeap(),
        Duration.ofHours(1));
  }
}
