package atoll.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which {@link Fault} held at which {@link Step}, as a table. */
final class Trials {
  private final Map<Step, Set<Fault>> held = new EnumMap<>(Step.class);

  synchronized void held(Step step, Fault fault) {
    held.computeIfAbsent(step, _ -> EnumSet.noneOf(Fault.class)).add(fault);
  }

  synchronized boolean hasHeld(Step step, Fault fault) {
    return held.getOrDefault(step, Set.of()).contains(fault);
  }

  /** Writes a table: a row for each step, a column for each fault, a dot for what was not tried. */
  synchronized void write(Path file) throws IOException {
    var lines = new StringBuilder("| step | ");
    lines.append(
        Arrays.stream(Fault.values())
            .map(fault -> fault.name().toLowerCase(Locale.ROOT).replace('_', ' '))
            .collect(Collectors.joining(" | ")));
    lines.append(" |\n|").append(" --- |".repeat(1 + Fault.values().length)).append('\n');
    for (Step step : Step.values()) {
      Set<Fault> here = held.getOrDefault(step, Set.of());
      lines.append("| ").append(step).append(" | ");
      lines.append(
          Arrays.stream(Fault.values())
              .map(fault -> here.contains(fault) ? "held" : "·")
              .collect(Collectors.joining(" | ")));
      lines.append(" |\n");
    }
    Files.writeString(file, lines);
  }
}
