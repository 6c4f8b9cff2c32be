package atoll.cli.client;

import atoll.cli.JsonOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Prints what the service answered: for people, or, if that is asked for, as it came. */
final class Answers {
  private Answers() {}

  /** Asks for the list at a path, and prints it as {@link #table} does; the exit code. */
  static int list(CloudOptions options, String path, String... columns)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      table(options, cloud.list(path), columns);
    }
    return 0;
  }

  /** Asks for what is at a path, and prints it; the exit code. */
  static int show(CloudOptions options, String path) throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      thing(options, cloud.get(path));
    }
    return 0;
  }

  /**
   * Does something, and prints what was answered; the exit code.
   *
   * @param body null for none
   */
  static int post(CloudOptions options, String path, @Nullable ObjectNode body)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      thing(options, cloud.post(path, body));
    }
    return 0;
  }

  /** A list as a table. A column is a path into an item: {@code subject.id}. */
  static void table(CloudOptions options, List<JsonNode> items, String... columns) {
    PrintWriter out = options.out();
    if (options.isJson()) {
      JsonOption.print(out, items);
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of(columns).stream().map(Answers::head).toList());
    for (JsonNode item : items) {
      rows.add(List.of(columns).stream().map(column -> value(at(item, column))).toList());
    }
    var widths = new int[columns.length];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  /** One thing, a line for each of its members. */
  static void thing(CloudOptions options, JsonNode thing) {
    PrintWriter out = options.out();
    if (options.isJson()) {
      JsonOption.print(out, thing);
      return;
    }
    thing
        .properties()
        .forEach(member -> out.printf("%-18s %s%n", member.getKey(), value(member.getValue())));
  }

  private static String head(String column) {
    return column.replace('.', ' ').replace('_', ' ').toUpperCase(Locale.ROOT);
  }

  private static JsonNode at(JsonNode item, String column) {
    JsonNode at = item;
    for (String name : column.split("\\.", -1)) {
      at = at.path(name);
    }
    return at;
  }

  /** On one line; what is not known is a dash. */
  static String value(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "-";
    }
    return (value.isValueNode() ? value.asString() : value.toString()).replaceAll("\\s+", " ");
  }
}
