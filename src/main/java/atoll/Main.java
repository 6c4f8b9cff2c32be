package atoll;

import atoll.cli.AtollCommandLine;
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
  private static List<Object> commands() {
    return List.of(
        new ServeCommand(Service::open),
        new DemoCommand(Site::open),
        new BenchCommand(Site::open),
        new RepositoryCommand(),
        new DigestCommand(),
        new TaskCommand(),
        new QueueCommand(),
        new AlertCommand(),
        new EventCommand(),
        new SnapshotCommand(),
        new InstanceCommand(),
        new ServiceRepositoryCommand(),
        new RehearseCommand(ServiceRehearsal::perform));
  }
}
