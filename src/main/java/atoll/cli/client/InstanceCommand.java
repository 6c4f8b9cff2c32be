package atoll.cli.client;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code atoll instance}. */
@Command(
    name = "instance",
    description = {"Makes and runs machines on a service's volumes.", CloudOptions.WHO},
    synopsisSubcommandLabel = "COMMAND")
public final class InstanceCommand {
  private static final String PATH = "/instances";
  private static final String ID = "Its id.";

  /** The command with its subcommands. */
  public InstanceCommand() {}

  @Command(name = "create", description = "Makes an instance, which is stopped.")
  int create(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "NAME", description = "What it is called.") String name,
      @Option(
              names = "--memory",
              paramLabel = "MIB",
              defaultValue = "512",
              description = "Its memory. Default: 512.")
          int memoryMib,
      @Option(
              names = "--vcpus",
              paramLabel = "N",
              defaultValue = "1",
              description = "Its processors. Default: 1.")
          int cpus,
      @Option(names = "--boot", paramLabel = "VOLUME", description = "What it boots from.")
          @Nullable String boot,
      @Option(names = "--volume", paramLabel = "VOLUME", description = "Another volume.")
          @Nullable List<String> volumes)
      throws IOException, InterruptedException {
    ObjectNode body = body().put("name", name).put("memory_mib", memoryMib).put("vcpus", cpus);
    ArrayNode disks = body.putArray("volumes");
    if (boot != null) {
      disks.addObject().put("id", boot).put("bootable", true);
    }
    if (volumes != null) {
      volumes.forEach(volume -> disks.addObject().put("id", volume));
    }
    return Answers.post(options, PATH, body);
  }

  private static ObjectNode body() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static String path(String id) {
    return PATH + "/" + Paths.segment(id);
  }

  @Command(name = "list", description = "Lists the instances.")
  int list(@Mixin CloudOptions options) throws IOException, InterruptedException {
    return Answers.list(options, PATH, "id", "name", "status", "memory_mib", "vcpus", "fault");
  }

  @Command(name = "show", description = "Shows an instance and its volumes.")
  int show(
      @Mixin CloudOptions options, @Parameters(paramLabel = "INSTANCE", description = ID) String id)
      throws IOException, InterruptedException {
    return Answers.show(options, path(id));
  }

  @Command(name = "start", description = "Starts an instance; ends when its machine runs.")
  int start(
      @Mixin CloudOptions options, @Parameters(paramLabel = "INSTANCE", description = ID) String id)
      throws IOException, InterruptedException {
    return Answers.post(options, path(id) + "/start", null);
  }

  @Command(name = "stop", description = "Stops an instance.")
  int stop(
      @Mixin CloudOptions options,
      @Parameters(paramLabel = "INSTANCE", description = ID) String id,
      @Option(
              names = "--grace",
              paramLabel = "SECONDS",
              defaultValue = "30",
              description = "How long its guest may take to power off. Default: 30.")
          int graceSeconds)
      throws IOException, InterruptedException {
    return Answers.post(options, path(id) + "/stop", body().put("grace_seconds", graceSeconds));
  }

  @Command(
      name = "delete",
      description = "Deletes an instance, as if its plug was pulled; its volumes stay.")
  int delete(
      @Mixin CloudOptions options, @Parameters(paramLabel = "INSTANCE", description = ID) String id)
      throws IOException, InterruptedException {
    try (Cloud cloud = options.login()) {
      cloud.delete(path(id));
    }
    return 0;
  }

  @Command(name = "attach", description = "Attaches a volume, while the machine runs, too.")
  int attach(
      @Mixin CloudOptions options,
      @Parameters(index = "0", paramLabel = "INSTANCE", description = ID) String id,
      @Parameters(index = "1", paramLabel = "VOLUME", description = ID) String volume,
      @Option(names = "--bootable", description = "The instance may boot from it.")
          boolean bootable)
      throws IOException, InterruptedException {
    return Answers.post(
        options, path(id) + "/attach", body().put("volume", volume).put("bootable", bootable));
  }

  @Command(name = "detach", description = "Detaches a volume, while the machine runs, too.")
  int detach(
      @Mixin CloudOptions options,
      @Parameters(index = "0", paramLabel = "INSTANCE", description = ID) String id,
      @Parameters(index = "1", paramLabel = "VOLUME", description = ID) String volume)
      throws IOException, InterruptedException {
    return Answers.post(options, path(id) + "/detach", body().put("volume", volume));
  }
}
