package atoll.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code atoll version}. */
@Command(name = "version", description = "Shows which Atoll and which Java this is.")
final class VersionCommand implements Runnable {
  private final PrintWriter out;

  VersionCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void run() {
    for (String line : ProgramVersion.running().lines()) {
      out.println(line);
    }
  }
}
