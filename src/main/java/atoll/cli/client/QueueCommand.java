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
      "The service and who asks it are OS_AUTH_URL and so on, as 'source DIR/openrc' sets them."
    })
public final class QueueCommand implements Callable<Integer> {
  @Mixin private CloudOptions options = new CloudOptions();

  /** The command. */
  public QueueCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      Answers.table(
          options, cloud.list("/queue"), "kind", "workers", "running", "waiting", "oldest_at");
    }
    return 0;
  }
}
