package atoll.engine;

import atoll.model.AlertDetails;
import atoll.model.Backup;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import org.jspecify.annotations.Nullable;

/** Something has changed: how it is now. */
public sealed interface Event {
  /** Whose it is; null for what belongs to nobody. */
  @Nullable ProjectId project();

  /** What it is about, the same in each event about it. */
  String key();

  /** What of it makes a change worth telling. */
  String mark();

  /**
   * A task is queued, is so far, or waits to be tried again.
   *
   * @param isOver whether it is gone: done, or needed no more
   */
  record OfTask(Backlog.Entry entry, boolean isOver) implements Event {
    @Override
    public @Nullable ProjectId project() {
      return entry.details().subject().project();
    }

    @Override
    public String key() {
      return "task " + entry.details().task().id();
    }

    @Override
    public String mark() {
      int percent = (int) (100 * entry.progress().fraction());
      return "%b %b %d %d"
          .formatted(isOver, entry.details().running(), entry.details().task().attempts(), percent);
    }
  }

  /**
   * An alert.
   *
   * @param isOver whether it has ended, or was dismissed
   */
  record OfAlert(AlertDetails details, boolean isOver) implements Event {
    @Override
    public @Nullable ProjectId project() {
      return details.subject().project();
    }

    @Override
    public String key() {
      return "alert " + details.alert().id();
    }

    @Override
    public String mark() {
      return isOver + " " + details.alert().message();
    }
  }

  /** A volume; its deletion is an event, too. */
  record OfVolume(Volume volume) implements Event {
    @Override
    public ProjectId project() {
      return volume.owner().project();
    }

    @Override
    public String key() {
      return "volume " + volume.id();
    }

    @Override
    public String mark() {
      return "%s %d %b %s"
          .formatted(
              volume.status(), volume.sizeBytes(), volume.deletedAt() != null, volume.name());
    }
  }

  /** A snapshot; its deletion is an event, too. */
  record OfSnapshot(Snapshot snapshot) implements Event {
    @Override
    public ProjectId project() {
      return snapshot.owner().project();
    }

    @Override
    public String key() {
      return "snapshot " + snapshot.id();
    }

    @Override
    public String mark() {
      return markOf(snapshot.state()) + " " + snapshot.name();
    }
  }

  /** A backup; its deletion is an event, too. */
  record OfBackup(Backup backup) implements Event {
    @Override
    public ProjectId project() {
      return backup.owner().project();
    }

    @Override
    public String key() {
      return "backup " + backup.id();
    }

    @Override
    public String mark() {
      return markOf(backup.state()) + " " + backup.name();
    }
  }

  private static String markOf(SnapshotState state) {
    return switch (state) {
      case SnapshotState.BackingUp(_, double progress) -> "backing up " + (int) (100 * progress);
      case SnapshotState.OnPrimary _,
          SnapshotState.BackedUp _,
          SnapshotState.Lost _,
          SnapshotState.Deleted _ ->
          state.getClass().getSimpleName();
    };
  }
}
