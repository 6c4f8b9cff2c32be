package atoll.engine;

import atoll.model.TaskKind;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Tasks that wait for the same threads. */
enum Lane {
  BACK_UP("back-up"),
  TEND("tend"),
  COLLECT("collect"),
  VERIFY("verify");

  private final String threadsName;

  Lane(String threadsName) {
    this.threadsName = threadsName;
  }

  String threadsName() {
    return threadsName;
  }

  Set<TaskKind> kinds() {
    return Arrays.stream(TaskKind.values())
        .filter(kind -> of(kind) == this)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The lane of a kind. */
  static Lane of(TaskKind kind) {
    return switch (kind) {
      case BACK_UP -> BACK_UP;
      case TEND, IMPORT, DROP_POINT -> TEND;
      case COLLECT -> COLLECT;
      case VERIFY -> VERIFY;
    };
  }

  /** How many threads it has. */
  int workers(EngineSettings.Workers workers) {
    return switch (this) {
      case BACK_UP -> workers.backUpsMax();
      case TEND -> workers.tendsMax();
      case COLLECT, VERIFY -> 1;
    };
  }
}
