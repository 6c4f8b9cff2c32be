package atoll.demo;

import atoll.demo.bench.BenchRepositoryCommand;
import atoll.demo.bench.FileTree;
import atoll.demo.service.BenchServiceCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code atoll bench}: measures takes, backup and restore on this machine, beside qemu-img doing
 * the same.
 */
@Command(
    name = "bench",
    description = {
      "Measures takes of running machines of 1 GiB and 1 TiB, and full backup and restore of more than 2 GiB of this"
          + " host's files, beside qemu-img doing the same.",
      "Needs 12 GiB of space in the temporary folder, or in DIR."
    },
    subcommands = {
      BenchRepositoryCommand.class,
      BenchServiceCommand.class,
      BenchVerbsCommand.class
    })
public final class BenchCommand implements Callable<Integer> {
  private final Installation.Opener opener;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where to work; must be there. Default: the temporary folder.")
  private @Nullable Path data;

  /** A command that measures what {@code opener} opens. */
  public BenchCommand(Installation.Opener opener) {
    this.opener = opener;
  }

  /** What opens installations to be measured. */
  Installation.Opener opener() {
    return opener;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        data == null
            ? Files.createTempDirectory("atoll-bench-")
            : Files.createTempDirectory(data.toAbsolutePath(), "atoll-bench-");
    try (Installation atoll = opener.open(folder.resolve("atoll"))) {
      var bench = new Bench(atoll, folder, out);
      out.printf(
          "%d processors, Java %s, %s%n",
          Runtime.getRuntime().availableProcessors(),
          Runtime.version().feature(),
          atoll.hypervisorName());
      bench.takes(1L << 30);
      bench.takes(1L << 40);
      bench.backupAndRestore();
    } finally {
      new FileTree(folder).delete();
    }
    return 0;
  }
}
