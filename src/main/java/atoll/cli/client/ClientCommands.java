package atoll.cli.client;

import atoll.cli.NamedCommand;
import java.util.List;

/** The commands that speak to a running service. */
public final class ClientCommands {
  private ClientCommands() {}

  /** All of them, in the order of the help. */
  public static List<NamedCommand> all() {
    return List.of(
        new NamedCommand("task", TaskCommand::new),
        new NamedCommand("queue", QueueCommand::new),
        new NamedCommand("alert", AlertCommand::new),
        new NamedCommand("event", EventCommand::new),
        new NamedCommand("snapshot", SnapshotCommand::new),
        new NamedCommand("instance", InstanceCommand::new),
        new NamedCommand("service-repository", ServiceRepositoryCommand::new));
  }
}
