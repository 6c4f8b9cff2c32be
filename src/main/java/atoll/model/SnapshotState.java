package atoll.model;

import java.time.Instant;

/** Where a snapshot is on its way; every state says what is true in it. */
public sealed interface SnapshotState {
  /** Its point in time is fixed, on primary storage only. */
  record OnPrimary(Instant takenAt) implements SnapshotState {}

  /** What changed is travelling to the repository; {@code progress} from 0 to 1. */
  record BackingUp(Instant takenAt, double progress) implements SnapshotState {}

  /** It is whole in the repository and needs its host no more. */
  record BackedUp(Instant takenAt, BackupFigures figures) implements SnapshotState {}

  /**
   * It is on primary storage only, and cannot be read there: a file is missing or damaged. When
   * that is put right it goes on its way.
   */
  record Lost(Instant takenAt, String fault) implements SnapshotState {}

  /** It is gone. */
  record Deleted(Instant at) implements SnapshotState {}
}
