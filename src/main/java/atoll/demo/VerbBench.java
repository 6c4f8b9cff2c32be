package atoll.demo;

import atoll.demo.VerbReport.Verb;
import atoll.demo.bench.Machine;
import atoll.demo.bench.ProgressLines;
import atoll.demo.service.Caller;
import atoll.demo.service.ServiceProcess;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.Volume;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What {@link BenchVerbsCommand} measures: one client, one call after the other, on a volume of 1
 * GiB that is attached to a running machine.
 */
final class VerbBench {
  private static final long INCREMENT_BYTES = 1L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path data;
  private final int times;
  private final int backupMib;
  private final Duration pollEvery;
  private final ProgressLines progress;
  private final List<Verb> verbs = new ArrayList<>();

  /**
   * @param data where the service keeps everything; is made
   * @param times how often each verb is called
   * @param backupMib how much the machine writes for each full backup
   */
  VerbBench(Path data, int times, int backupMib, Duration pollEvery, ProgressLines progress) {
    this.data = data;
    this.times = times;
    this.backupMib = backupMib;
    this.pollEvery = pollEvery;
    this.progress = progress;
  }

  /** Makes a cloud with one machine, and measures it. */
  VerbReport measure(Installation.Opener opener, Path bootImage)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      String boot = progress.during("a boot volume", () -> importBoot(http, opener, bootImage));
      try (ServiceProcess service = ServiceProcess.start(data, null)) {
        Caller caller = Caller.loginAdmin(http, service);
        byte[] _ =
            caller.volume(
                "PUT",
                "/os-quota-class-sets/default",
                "{\"quota_class_set\": {\"volumes\": -1, \"snapshots\": -1, \"gigabytes\": -1,"
                    + " \"backups\": -1, \"backup_gigabytes\": -1}}");
        timed("a token", () -> {}, () -> Caller.loginAdmin(http, service));
        measureOnMachine(caller, boot);
      } finally {
        endMachines();
      }
    }
    return new VerbReport(Instant.now().toString(), Machine.of(data), pollEvery.toMillis(), verbs);
  }

  /** A volume of the administrator's project, which the service will find. */
  private String importBoot(HttpClient http, Installation.Opener opener, Path image)
      throws IOException, InterruptedException {
    Owner owner;
    try (ServiceProcess service = ServiceProcess.start(data, null)) {
      String id = Caller.loginAdmin(http, service).projectId();
      long high = Long.parseUnsignedLong(id, 0, 16, 16);
      long low = Long.parseUnsignedLong(id, 16, 32, 16);
      owner = new Owner(new ProjectId(new UUID(high, low)), "bench");
    }
    try (Installation atoll = opener.open(data)) {
      var spec = VolumeSpec.of(owner, "boot", Files.size(image));
      Volume volume = atoll.engine().volumes().importImage(spec, image, ImageFormat.RAW);
      if (!atoll.engine().volumes().awaitMade(volume.id(), PATIENCE)) {
        throw new IOException("the boot image could not be imported");
      }
      return volume.id().toString();
    }
  }

  private void measureOnMachine(Caller caller, String boot)
      throws IOException, InterruptedException {
    String used = make(caller, "volume", "{\"size\": 1}");
    JsonNode instance =
        own(
            caller,
            "POST",
            "/instances",
            """
            {"name": "bench", "memory_mib": 256, "vcpus": 1, "channels": ["%s"],
              "volumes": [{"id": "%s", "bootable": true}, {"id": "%s"}]}
            """
                .formatted(Guest.CHANNEL, boot, used));
    String path = "/instances/" + text(instance, "id");
    JsonNode _ = own(caller, "POST", path + "/start", null);
    String socket = text(own(caller, "GET", path + "/channels", null).at("/items/0"), "socket");
    try (Guest guest = Guest.connect(Path.of(socket))) {
      String _ = progress.during("a machine", () -> guest.awaitReady(PATIENCE));
      volumes(caller, guest, used);
      backups(caller, guest, used, path);
    }
  }

  /** A machine outlives its service, which may have been ended by whoever ended this. */
  private void endMachines() throws IOException {
    Path run = data.resolve("run");
    if (!Files.isDirectory(run)) {
      return;
    }
    try (Stream<Path> folders = Files.list(run)) {
      for (Path file : folders.map(folder -> folder.resolve("pid")).toList()) {
        if (Files.exists(file)) {
          ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
              .ifPresent(VerbBench::end);
        }
      }
    }
  }

  /** Its files are removed next. */
  private static void end(ProcessHandle machine) {
    boolean _ = machine.destroyForcibly();
    ProcessHandle _ = machine.onExit().join();
  }

  private void volumes(Caller caller, Guest guest, String used)
      throws IOException, InterruptedException {
    timed("a volume", () -> {}, () -> make(caller, "volume", "{\"size\": 1}"));
    var snapshot = new String[1];
    timed(
        "a snapshot of a running machine's volume, after 1 MiB was written",
        () -> write(guest, INCREMENT_BYTES),
        () -> snapshot[0] = snapshot(caller, used));
    timed(
        "a volume of a snapshot that is in the repository",
        () -> {},
        () -> volumeOf(caller, "snapshot_id", snapshot[0]));
    timed(
        "a volume of a snapshot that was taken just now, of 1 MiB",
        () -> {
          write(guest, INCREMENT_BYTES);
          snapshot[0] = snapshot(caller, used);
        },
        () -> volumeOf(caller, "snapshot_id", snapshot[0]));
    timed(
        "a clone of a running machine's volume, after 1 MiB was written",
        () -> write(guest, INCREMENT_BYTES),
        () -> volumeOf(caller, "source_volid", used));
    String detached = volumeOf(caller, "snapshot_id", snapshot[0]);
    timed("a snapshot of a volume that no machine has", () -> {}, () -> snapshot(caller, detached));
    timed(
        "a clone of a volume that no machine has",
        () -> {},
        () -> volumeOf(caller, "source_volid", detached));
  }

  private void backups(Caller caller, Guest guest, String used, String instance)
      throws IOException, InterruptedException {
    var backup = new String[1];
    timed(
        "a backup of %d MiB of random data".formatted(backupMib),
        () -> write(guest, (long) backupMib << 20),
        () -> backup[0] = backup(caller, used, false));
    timed(
        "an increment of 1 MiB",
        () -> write(guest, INCREMENT_BYTES),
        () -> backup[0] = backup(caller, used, true));
    timed(
        "a restore of %d MiB, until the volume is available".formatted(backupMib),
        () -> {},
        () -> {
          String _ = restore(caller, backup[0]);
        });
    var plugged = new ArrayList<String>();
    timed(
        "the same, until a running machine has it, with all its content",
        () -> {
          for (String volume : plugged) {
            detach(caller, instance, volume);
          }
          plugged.clear();
        },
        () -> {
          String volume = restore(caller, backup[0]);
          attach(caller, instance, volume);
          plugged.add(volume);
        });
  }

  /** Work that takes a while. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private void timed(String what, Work preparation, Work work)
      throws IOException, InterruptedException {
    verbs.add(
        progress.during(
            what,
            () -> {
              double[] millis = new double[times];
              for (int i = -1; i < times; i++) { // one to warm up
                preparation.run();
                long start = System.nanoTime();
                work.run();
                millis[Math.max(i, 0)] = (System.nanoTime() - start) / 1e6;
              }
              return new Verb(what, times, Gaps.median(millis), Gaps.percentile(millis, 1));
            }));
  }

  /** Random bytes at the beginning, flushed. */
  private static void write(Guest guest, long bytes) throws IOException {
    String _ = guest.call("random vdb 0 " + bytes, PATIENCE);
  }

  private String make(Caller caller, String kind, String body)
      throws IOException, InterruptedException {
    return text(caller.make(kind, "{\"%s\": %s}".formatted(kind, body), pollEvery), "id");
  }

  private String snapshot(Caller caller, String volume) throws IOException, InterruptedException {
    return make(caller, "snapshot", "{\"volume_id\": \"%s\", \"force\": true}".formatted(volume));
  }

  private String volumeOf(Caller caller, String source, String id)
      throws IOException, InterruptedException {
    return make(caller, "volume", "{\"size\": 1, \"%s\": \"%s\"}".formatted(source, id));
  }

  private String backup(Caller caller, String volume, boolean incremental)
      throws IOException, InterruptedException {
    return make(
        caller,
        "backup",
        "{\"volume_id\": \"%s\", \"force\": true, \"incremental\": %s}"
            .formatted(volume, incremental));
  }

  private String restore(Caller caller, String backup) throws IOException, InterruptedException {
    byte[] answer =
        caller.volume("POST", "/backups/%s/restore".formatted(backup), "{\"restore\": {}}");
    String volume = text(Caller.JSON.readTree(answer).get("restore"), "volume_id");
    JsonNode _ = caller.awaitAvailable("volume", volume, pollEvery);
    return volume;
  }

  private static void attach(Caller caller, String instance, String volume)
      throws IOException, InterruptedException {
    JsonNode _ =
        own(caller, "POST", instance + "/attach", "{\"volume\": \"%s\"}".formatted(volume));
  }

  private static void detach(Caller caller, String instance, String volume)
      throws IOException, InterruptedException {
    JsonNode _ =
        own(caller, "POST", instance + "/detach", "{\"volume\": \"%s\"}".formatted(volume));
  }

  private static JsonNode own(Caller caller, String method, String path, @Nullable String body)
      throws IOException, InterruptedException {
    return Caller.JSON.readTree(caller.call(method, "/atoll/v1" + path, body));
  }

  private static String text(JsonNode thing, String name) {
    return thing.get(name).asString();
  }
}
