package atoll.cli.repository;

import picocli.CommandLine.Command;

/** {@code atoll repository}. */
@Command(
    name = "repository",
    description = {
      "Works on a snapshot repository directly: no service is needed.",
      "URL is a folder, a place in S3 or one in Swift. The key is a file, named by --key or ATOLL_REPOSITORY_KEY, or a passphrase."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      InitCommand.class,
      BackupCommand.class,
      ListCommand.class,
      ShowCommand.class,
      RestoreCommand.class,
      ServeCommand.class,
      DiffCommand.class,
      VerifyCommand.class,
      HealCommand.class,
      DeleteCommand.class,
      CollectCommand.class,
      StatsCommand.class,
      CopyCommand.class,
      KeyCommand.class
    })
public final class RepositoryCommand {
  /** The command with its subcommands. */
  public RepositoryCommand() {}
}
