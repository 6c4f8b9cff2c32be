package atoll.cli.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code atoll task}. */
@Command(
    name = "task",
    description = {
      "Shows what a service does in the background.",
      "The service and who asks it are OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and"
          + " so on, as 'source DIR/openrc' sets them."
    },
    synopsisSubcommandLabel = "COMMAND")
public final class TaskCommand {
  /** The command with its subcommands. */
  public TaskCommand() {}

  @Command(name = "list", description = "Lists the tasks that are not done yet.")
  int list(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.list(
        options,
        "/tasks",
        "id",
        "kind",
        "subject.id",
        "state",
        "progress",
        "position",
        "urgent",
        "attempts",
        "due_at",
        "fault");
  }

  @Command(name = "show", description = "Shows a task.")
  int show(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "TASK", description = "Its id.") String id)
      throws IOException, InterruptedException {
    return Answers.show(options, "/tasks/" + Paths.segment(id));
  }

  @Command(
      name = "watch",
      description = "Tells how far a task is, until it is done or not needed any more.")
  int watch(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "TASK", description = "Its id.") String id)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login();
        EventReader events = new EventReader(cloud)) {
      // What came and went between two looks is not told: asked again now and then.
      EventReader.@Nullable Told told = EventReader.Told.NOTHING;
      while (told != null && !isEndOf(told, id, options)) {
        if (told.isNothing() && !isThere(cloud, id)) {
          return 0;
        }
        told = events.next();
      }
      if (told == null) {
        throw new IOException("the service ended while task " + id + " was watched");
      }
    }
    return 0;
  }

  /** One that was done before anybody could listen is done. */
  private static boolean isThere(Cloud cloud, String id) throws IOException, InterruptedException {
    try {
      JsonNode _ = cloud.get("/tasks/" + Paths.segment(id));
      return true;
    } catch (RefusedByCloudException e) {
      if (e.status() == 404) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isEndOf(EventReader.Told told, String id, CloudOptions options) {
    boolean concerned =
        told.kind().equals("task") && told.data().path("id").asString("").equals(id);
    if (concerned) {
      EventCommand.print(options, told);
    }
    return concerned && told.data().path("over").asBoolean(false);
  }
}
