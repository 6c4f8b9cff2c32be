package atoll.model;

/** What users are told of what failed in the background. */
public enum MessageKind {
  /** A disk image could not be copied into a volume. */
  IMPORT_FAILED,
  /** What a volume held is missing or damaged on its host, and is not in the repository. */
  VOLUME_LOST,
  /** What a volume was to be reverted to is lost; it keeps what it has. */
  REVERT_FAILED,
  /** The same of a backup that was to be restored onto it. */
  RESTORE_FAILED,
  /** What a snapshot held is lost in the same way as a volume's content. */
  SNAPSHOT_LOST,
  /** The same of what a backup held. */
  BACKUP_LOST,
  /** A backup does not reach the repository; more attempts follow. */
  BACKUP_FAILING
}
