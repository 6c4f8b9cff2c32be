package atoll.cli.client;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code atoll service-repository}. */
@Command(
    name = "service-repository",
    description = {
      "Shows and tends the repository of a running service; for administrators.",
      CloudOptions.WHO + " 'atoll repository' works on a repository by itself."
    },
    synopsisSubcommandLabel = "COMMAND")
public final class ServiceRepositoryCommand {
  private static final String PATH = "/repositories/default";

  /** The command with its subcommands. */
  public ServiceRepositoryCommand() {}

  @Command(name = "status", description = "Shows where it is and how it is.")
  int status(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.show(options, PATH);
  }

  @Command(
      name = "usage",
      description = "Adds up what it holds; reads the tables of all snapshots.")
  int usage(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.show(options, PATH + "/usage");
  }

  @Command(
      name = "collect",
      description = "Has it rid of what no snapshot needs; prints the task that does it.")
  int collect(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.post(options, PATH + "/collect", null);
  }

  @Command(
      name = "verify",
      description =
          "Has all that is in it read and compared with what was written; prints the task.")
  int verify(
      @Mixin CloudOptions options,
      @Option(names = "--quick", description = "Only its tables.") boolean isQuick)
      throws IOException, InterruptedException {
    return Answers.post(
        options, PATH + "/verify", JsonNodeFactory.instance.objectNode().put("quick", isQuick));
  }
}
