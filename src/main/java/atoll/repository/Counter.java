package atoll.repository;

/** Hears how many things of a kind are done. */
@FunctionalInterface
interface Counter {
  /** {@code done} of {@code total} are done. */
  void counted(long done, long total);
}
