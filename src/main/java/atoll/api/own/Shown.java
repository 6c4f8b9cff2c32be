package atoll.api.own;

import atoll.api.openstack.OpenStackId;
import atoll.model.ProjectId;
import atoll.model.SnapshotState;
import atoll.model.Subject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values are written: times as RFC 3339 has them, names of choices in lower case. */
final class Shown {
  private Shown() {}

  /** Such as {@code 2030-01-02T03:04:05.678901Z}; null stays null. */
  static @Nullable String time(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** Such as {@code back_up}. */
  static String choice(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  /** An id; null stays null. */
  static @Nullable String id(@Nullable Object id) {
    return id == null ? null : id.toString();
  }

  /** What something is about; its project beside it. */
  static Map<String, Object> subject(Subject subject) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("kind", choice(subject.kind()));
    shown.put("id", subject.kind() == Subject.Kind.HOST ? null : subject.id().toString());
    shown.put("volume_id", id(subject.volume()));
    return shown;
  }

  /** As everywhere in Identity: 32 digits. */
  static @Nullable String project(@Nullable ProjectId project) {
    return project == null ? null : OpenStackId.of(project);
  }

  /** Where a snapshot or a backup is on its way. */
  static String state(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _ -> "on_primary";
      case SnapshotState.BackingUp _ -> "backing_up";
      case SnapshotState.BackedUp _ -> "backed_up";
      case SnapshotState.Lost _ -> "lost";
      case SnapshotState.Deleted _ -> "deleted";
    };
  }

  /** How far it is, from 0 to 1. */
  static double progress(SnapshotState state) {
    return switch (state) {
      case SnapshotState.OnPrimary _, SnapshotState.Lost _ -> 0;
      case SnapshotState.BackingUp(_, double progress) -> progress;
      case SnapshotState.BackedUp _, SnapshotState.Deleted _ -> 1;
    };
  }

  /** Why it gets no further; null if it does. */
  static @Nullable String fault(SnapshotState state) {
    return state instanceof SnapshotState.Lost(_, String fault) ? fault : null;
  }
}
