package atoll.cli.repository;

import picocli.CommandLine.Command;

/** {@code atoll repository key}. */
@Command(
    name = "key",
    description = {
      "Works on the keys of a repository: key files and passphrases, each of which opens it.",
      "No data is written anew when they change.",
      "Whoever loses all of them loses all that is in the repository."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      KeyListCommand.class,
      KeyAddCommand.class,
      KeyRemoveCommand.class,
      KeyChangeCommand.class
    })
final class KeyCommand {
  /** What is told whenever one key is left. */
  static final String ONE_KEY =
      "there is one key only: whoever loses it loses all that is in the repository."
          + " 'atoll repository key add' adds another";
}
