package atoll.repository;

/** How thoroughly snapshots are verified. */
public enum VerifyMode {
  /** Their tables are read, and every pack they need is there and long enough. */
  QUICK,
  /** Every chunk is read and hashed, too, and the packs' own directories. */
  FULL
}
