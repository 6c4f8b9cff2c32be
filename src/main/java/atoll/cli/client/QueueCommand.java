package atoll.cli.client;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code atoll queue}. */
@Command(
    name = "queue",
    description = {
      "Shows how much a service has to do, by kind; for administrators.",
      CloudOptions.WHO
    })
public final class QueueCommand implements Callable<Integer> {
  @Mixin private CloudOptions options = new CloudOptions();

  /** The command. */
  public QueueCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    return Answers.list(options, "/queue", "kind", "workers", "running", "waiting", "oldest_at");
  }
}
