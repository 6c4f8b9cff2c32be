package atoll.cli.client;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code atoll alert}. */
@Command(
    name = "alert",
    description = {"Shows what a person should know of a service.", CloudOptions.WHO},
    synopsisSubcommandLabel = "COMMAND")
public final class AlertCommand {
  /** The command with its subcommands. */
  public AlertCommand() {}

  @Command(name = "list", description = "Lists the alerts that have not ended.")
  int list(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.list(options, "/alerts", "id", "kind", "subject.id", "since", "count", "text");
  }

  @Command(
      name = "dismiss",
      description =
          "Hides alerts; one comes again only if what it is about ends first, and begins anew.")
  int dismiss(
      @Mixin CloudOptions options,
      @Parameters(arity = "1..*", paramLabel = "ALERT", description = "Ids.") List<String> ids)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      for (String id : ids) {
        JsonNode _ = cloud.post("/alerts/" + Paths.segment(id) + "/dismiss", null);
      }
    }
    return 0;
  }
}
