package atoll;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.cli.client.AlertCommand;
import atoll.cli.client.EventCommand;
import atoll.cli.client.InstanceCommand;
import atoll.cli.client.QueueCommand;
import atoll.cli.client.ServiceRepositoryCommand;
import atoll.cli.client.SnapshotCommand;
import atoll.cli.client.TaskCommand;
import atoll.cli.repository.DigestCommand;
import atoll.cli.repository.RehearseCommand;
import atoll.cli.repository.RepositoryCommand;
import atoll.cli.serve.ServeCommand;
import atoll.demo.BenchCommand;
import atoll.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.List;

/** Starts Atoll: reads the command line, constructs bottom-up, closes top-down. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    var out = new PrintWriter(System.out, true, System.out.charset());
    var err = new PrintWriter(System.err, true, System.err.charset());
    int exitCode = new AtollCommandLine(out, err, commands()).run(args);
    System.exit(exitCode);
  }

  /** The commands that need more than the command line's own room, in the order of the help. */
  private static List<NamedCommand> commands() {
    return List.of(
        new NamedCommand("serve", () -> new ServeCommand(Service::open)),
        new NamedCommand("demo", () -> new DemoCommand(Site::open)),
        new NamedCommand("bench", () -> new BenchCommand(Site::open)),
        new NamedCommand("repository", RepositoryCommand::new),
        new NamedCommand("digest", DigestCommand::new),
        new NamedCommand("task", TaskCommand::new),
        new NamedCommand("queue", QueueCommand::new),
        new NamedCommand("alert", AlertCommand::new),
        new NamedCommand("event", EventCommand::new),
        new NamedCommand("snapshot", SnapshotCommand::new),
        new NamedCommand("instance", InstanceCommand::new),
        new NamedCommand("service-repository", ServiceRepositoryCommand::new),
        new NamedCommand("rehearse", () -> new RehearseCommand(ServiceRehearsal::perform)));
  }
}
