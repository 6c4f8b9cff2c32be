package atoll.model;

/** What a person should know of. */
public enum AlertKind {
  /** A volume's snapshots do not reach the repository; each attempt is followed by another. */
  BACKUP_FAILING,
  /** A volume's layers can be neither merged nor removed. */
  MERGE_FAILING,
  /** A point in time that nothing needs any more cannot be removed from the repository. */
  REMOVAL_FAILING,
  /** What nothing needs any more cannot be removed from the repository, its subject. */
  COLLECTION_FAILING,
  /** The repository, its subject, cannot be verified. */
  VERIFICATION_FAILING,
  /** Something in the repository, its subject, is not as it was written. */
  REPOSITORY_DAMAGED,
  /** Primary storage is fuller than the mark: snapshots are refused. Its subject is the host. */
  SPACE_LOW,
  /** A guest stands still because its disk failed or found no space. */
  GUEST_STOPPED,
  /** A machine ended by itself. */
  MACHINE_ENDED,
  /** Whether a machine runs cannot be told, because it does not answer. */
  MACHINE_UNREACHABLE,
  /** A guest whose file systems were frozen for a snapshot may not have thawed. */
  GUEST_NOT_THAWED
}
