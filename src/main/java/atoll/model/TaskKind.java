package atoll.model;

/** What a task does; its subject is a volume but where said otherwise. */
public enum TaskKind {
  /** Writes the volume's points in time to the repository, oldest first. */
  BACK_UP,
  /** Brings the volume's layers into order: merges, prepares, removes. */
  TEND,
  /** Copies a disk image into a new volume. */
  IMPORT,
  /** Removes a point in time, its subject, from the repository. */
  DROP_POINT,
  /** Removes from the repository, its subject, what nothing needs any more. */
  COLLECT,
  /** Reads what is in the repository, its subject, and compares it with what was written. */
  VERIFY
}
