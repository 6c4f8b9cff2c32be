package atoll;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.cli.client.ClientCommands;
import atoll.cli.repository.DigestCommand;
import atoll.cli.repository.RehearseCommand;
import atoll.cli.repository.RepositoryCommand;
import atoll.cli.serve.ServeCommand;
import atoll.demo.BenchCommand;
import atoll.demo.DemoCommand;
import java.io.PrintWriter;
import java.util.ArrayList;
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
    var commands = new ArrayList<NamedCommand>();
    commands.add(new NamedCommand("serve", () -> new ServeCommand(Service::open)));
    commands.add(new NamedCommand("demo", () -> new DemoCommand(Site::open)));
    commands.add(new NamedCommand("bench", () -> new BenchCommand(Site::open)));
    commands.add(new NamedCommand("repository", RepositoryCommand::new));
    commands.add(new NamedCommand("digest", DigestCommand::new));
    commands.addAll(ClientCommands.all());
    commands.add(
        new NamedCommand("rehearse", () -> new RehearseCommand(ServiceRehearsal::perform)));
    return commands;
  }
}
