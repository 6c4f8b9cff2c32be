package atoll.cli.client;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code atoll snapshot}. */
@Command(
    name = "snapshot",
    description = {
      "Takes, compares and deletes snapshots of a service's volumes.",
      CloudOptions.WHO
    },
    synopsisSubcommandLabel = "COMMAND")
public final class SnapshotCommand {
  /** The command with its subcommands. */
  public SnapshotCommand() {}

  /** Whether the guest's file systems are frozen. */
  enum Quiesce {
    REQUIRED,
    PREFERRED,
    NONE
  }

  @Command(name = "take", description = "Takes snapshots of volumes, all at one instant.")
  int take(
      @Mixin CloudOptions options,
      @Parameters(arity = "1..*", paramLabel = "VOLUME", description = "Ids.") List<String> volumes,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              defaultValue = "",
              description = "What each is called.")
          String name,
      @Option(
              names = "--quiesce",
              paramLabel = "HOW",
              defaultValue = "preferred",
              description =
                  "Whether the guest's file systems are frozen: required, preferred or none."
                      + " Default: preferred.")
          Quiesce quiesce)
      throws IOException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode ids = body.putArray("volumes");
    volumes.forEach(ids::add);
    body.put("name", name).put("quiesce", quiesce.name().toLowerCase(Locale.ROOT));
    try (Cloud cloud = options.login()) {
      JsonNode taken = cloud.post("/snapshots", body);
      Answers.table(
          options,
          List.copyOf(taken.path("items").valueStream().toList()),
          "id",
          "volume_id",
          "size_bytes",
          "consistency",
          "frozen_millis");
    }
    return 0;
  }

  @Command(name = "delete", description = "Deletes snapshots, all or none.")
  int delete(
      @Mixin CloudOptions options,
      @Parameters(arity = "1..*", paramLabel = "SNAPSHOT", description = "Ids.")
          List<String> snapshots,
      @Option(
              names = "--plan",
              description = "Only tells what that would free; nothing is deleted.")
          boolean plan)
      throws IOException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode ids = body.putArray("snapshots");
    snapshots.forEach(ids::add);
    try (Cloud cloud = options.login()) {
      JsonNode answer = cloud.post("/snapshots/delete" + (plan ? "?plan=true" : ""), body);
      if (plan) {
        Answers.thing(options, answer.path("plan"));
      }
    }
    return 0;
  }

  @Command(name = "show", description = "Shows a snapshot and what it cost.")
  int show(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "SNAPSHOT", description = "Its id.") String id)
      throws IOException, InterruptedException {
    return Answers.show(options, "/snapshots/" + Paths.segment(id));
  }

  @Command(
      name = "digest",
      description = "Prints the content digest of a snapshot, as 'atoll digest' does of an image.")
  int digest(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "SNAPSHOT", description = "Its id.") String id)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      JsonNode digest = cloud.get("/snapshots/" + Paths.segment(id) + "/digest");
      if (options.isJson()) {
        Answers.thing(options, digest);
      } else {
        options.out().println(digest.path("content_digest").asString());
      }
    }
    return 0;
  }

  @Command(
      name = "diff",
      description = {
        "Lists where two snapshots differ, whatever they have to do with each other.",
        "A line for each range: offset, length, and added, changed or removed."
      })
  int diff(
      @Mixin CloudOptions options,
      @Parameters(index = "0", paramLabel = "EARLIER", description = "A snapshot's id.")
          String earlier,
      @Parameters(index = "1", paramLabel = "LATER", description = "Another's.") String later)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      JsonNode diff =
          cloud.get(
              "/snapshots/%s/diff/%s".formatted(Paths.segment(earlier), Paths.segment(later)));
      if (options.isJson()) {
        Answers.thing(options, diff);
      } else {
        for (JsonNode range : diff.path("ranges")) {
          options
              .out()
              .printf(
                  "%d %d %s%n",
                  range.path("offset").asLong(),
                  range.path("length").asLong(),
                  range.path("kind").asString());
        }
      }
    }
    return 0;
  }
}
