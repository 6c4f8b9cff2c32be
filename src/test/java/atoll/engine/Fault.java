package atoll.engine;

/** What may go wrong at a {@link Step}. */
enum Fault {
  /** The process of Atoll is killed. */
  ATOLL_KILLED,
  /** Every machine is killed. */
  QEMU_KILLED,
  /** Every machine is killed, and then the process of Atoll. */
  BOTH_KILLED,
  /** No call to the repository's store is done, for a while. */
  STORE_FAILS,
  /** No call to the store is answered, for a while. */
  STORE_HANGS,
  /** What the store is told next is done, but its caller is told that it failed. */
  ANSWER_LOST,
  /** Primary storage has no byte left, for a while. */
  DISK_FULL;

  /** Whether machines end of it; of nothing else they may. */
  boolean endsMachines() {
    return this == QEMU_KILLED || this == BOTH_KILLED;
  }

  /** What the process of Atoll ends with when this has happened to it. */
  int exitCode() {
    return this == ATOLL_KILLED || this == BOTH_KILLED ? 128 + 9 : 0;
  }
}
