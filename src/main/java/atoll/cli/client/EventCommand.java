package atoll.cli.client;

import atoll.cli.JsonOption;
import java.io.IOException;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code atoll event}. */
@Command(
    name = "event",
    description = {"Tells what changes in a service.", CloudOptions.WHO},
    synopsisSubcommandLabel = "COMMAND")
public final class EventCommand {
  /** The command with its subcommands. */
  public EventCommand() {}

  @Command(
      name = "watch",
      description = {
        "Tells of tasks, alerts, volumes, snapshots and backups as they change, a line each.",
        "Ends when it is interrupted, or the service ends."
      })
  int watch(
      @Mixin CloudOptions options,
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "0",
              description = "Ends after so many events. Default: never.")
          int count)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login();
        EventReader events = new EventReader(cloud)) {
      int told = 0;
      for (EventReader.Told one = events.next(); one != null; one = events.next()) {
        if (!one.isNothing()) {
          print(options, one);
          told++;
          if (told == count) {
            return 0;
          }
        }
      }
    }
    throw new IOException("the service ended");
  }

  /** One line. */
  static void print(CloudOptions options, EventReader.Told told) {
    JsonNode data = told.data();
    if (options.isJson()) {
      var line = new LinkedHashMap<String, Object>();
      line.put("event", told.kind());
      line.put("data", data);
      JsonOption.printLine(options.out(), line);
    } else {
      boolean isOver = data.path("over").asBoolean(false);
      String what =
          switch (told.kind()) {
            case "task" -> data.path("kind").asString("") + " " + subject(data);
            case "alert" -> data.path("kind").asString("") + ": " + data.path("text").asString("");
            default -> data.path("name").asString("");
          };
      String state = isOver ? "over" : data.path("state").asString("there");
      String progress =
          isOver || data.path("progress").asDouble(0) == 0
              ? ""
              : " %.0f %%".formatted(100 * data.path("progress").asDouble(0));
      options
          .out()
          .printf(
              "%s %s %s%s %s%n", told.kind(), data.path("id").asString(""), state, progress, what);
    }
    options.out().flush();
  }

  private static String subject(JsonNode data) {
    return Answers.value(data.path("subject").path("id"));
  }
}
