package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A site for trials in rounds: in each a process of Atoll does all it can with a running guest and
 * something goes wrong; then {@link #check} sees whether anything was lost.
 */
final class TrialSite {
  /** As ever, but small deltas are committed already, so that both kinds of merges are met. */
  static final EngineSettings SETTINGS =
      TestSite.SETTINGS.withMarks(TestSite.SETTINGS.freeMarkBytes(), 3 << 20);

  private static final int MIB = 1 << 20;
  private static final int SNAPSHOTS_KEPT = 4;

  private final Path folder;
  private final boolean diskCanBeFull;
  private final InstanceId instance;
  private int round;

  private TrialSite(Path folder, boolean diskCanBeFull, InstanceId instance) {
    this.folder = folder;
    this.diskCanBeFull = diskCanBeFull;
    this.instance = instance;
  }

  /** Makes a site in {@code folder}, with a guest that has booted. */
  static TrialSite boot(Path folder) throws Exception {
    boolean diskCanBeFull = Balloon.mount(folder.resolve("volumes"), 1024);
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder), SETTINGS, Steps.NONE)) {
      GuestSite.Machine machine = GuestSite.start(site.engine);
      GuestSite.awaitBoot(site.engine, machine).close();
      return new TrialSite(folder, diskCanBeFull, machine.instance().id());
    }
  }

  /** Whether this user may have a file system that can be filled. */
  boolean diskCanBeFull() {
    return diskCanBeFull;
  }

  /** Ends all machines. */
  void end() throws Exception {
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder))) {
      for (Instance each : site.engine.instances().list()) {
        site.engine.instances().delete(each.id());
      }
    }
    if (diskCanBeFull) {
      Balloon.unmount(folder.resolve("volumes"));
    }
  }

  /** Where the process of this round says what it has to say. */
  Path log() {
    return folder.resolve("round-" + round + ".log");
  }

  /**
   * Begins a round: starts a process that does everything.
   *
   * @param trouble what is to go wrong, as {@link EveryStepMain} wants it
   */
  Process nextRound(String... trouble) throws IOException {
    round++;
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                EveryStepMain.class.getName(),
                folder.toString(),
                Integer.toString(round),
                instance.toString()));
    command.addAll(List.of(trouble));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  /** Kills every machine. */
  void killMachines() throws IOException, InterruptedException {
    FaultSteps.killMachines(folder);
  }

  /**
   * Starts a service again after all that, and requires that everything that was reported taken is
   * there, byte for byte; that what the guest has flushed is on its disk; that nothing is stuck,
   * and nothing is left over.
   */
  void check() throws Exception {
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder), SETTINGS, Steps.NONE)) {
      revive(site.engine);
      checkNothingStuck(site.engine);
      checkPromises(site);
      checkGuest(site.engine);
      tidy(site.engine);
      checkNothingLeftOver(site);
    }
  }

  /** A machine that died with the service is started again, as its owner would. */
  private void revive(Engine engine) throws IOException, InterruptedException {
    if (engine.instances().get(instance).status() == InstanceStatus.STOPPED) {
      engine.instances().start(instance, _ -> {});
      try (Guest guest = Guest.connect(engine.instances().channel(instance, Guest.CHANNEL))) {
        String _ = guest.awaitReady(GuestSite.BOOT_PATIENCE);
      }
    }
  }

  private void checkNothingStuck(Engine engine) throws InterruptedException {
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).as("tasks %s", engine.tasks()).isTrue();
    assertThat(engine.volumes().list())
        .extracting(Volume::status)
        .allMatch(status -> status == VolumeStatus.AVAILABLE || status == VolumeStatus.IN_USE);
    assertThat(engine.alerts().list()).isEmpty();
    assertThat(engine.instances().list())
        .extracting(Instance::status)
        .allMatch(status -> status == InstanceStatus.RUNNING || status == InstanceStatus.STOPPED);
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.RUNNING);
  }

  private void checkPromises(TestSite site) throws Exception {
    var promises = new Diary(folder.resolve("diary")).read().snapshots();
    for (Map.Entry<SnapshotId, Map<Integer, String>> promise : promises.entrySet()) {
      if (isDeleted(site.engine, promise.getKey())) {
        continue; // by tidy, in an earlier round
      }
      Snapshot snapshot = site.engine.snapshots().get(promise.getKey());
      assertThat(site.engine.snapshots().awaitBackedUp(snapshot.id(), TestSite.PATIENCE)).isTrue();
      try (BlockImage image = site.repository.open(snapshot.point().value())) {
        for (Map.Entry<Integer, String> region : promise.getValue().entrySet()) {
          long offset = (long) region.getKey() * MIB;
          var bytes = ByteBuffer.allocate(MIB);
          image.read(offset, bytes);
          assertThat(bytes.array())
              .as("region %s of snapshot %s", region, snapshot.id())
              .isEqualTo(Pattern.bytes(offset, MIB, region.getValue()));
        }
      }
    }
  }

  private static boolean isDeleted(Engine engine, SnapshotId id) {
    return engine.snapshots().list().stream().noneMatch(snapshot -> snapshot.id().equals(id));
  }

  private void checkGuest(Engine engine) throws IOException {
    try (Guest guest = Guest.connect(engine.instances().channel(instance, Guest.CHANNEL))) {
      assertThat(guest.call("ping")).isEqualTo("pong");
      for (Map.Entry<Integer, String> region :
          new Diary(folder.resolve("diary")).read().regions().entrySet()) {
        if (region.getKey() >= 2 * (round - 1)) {
          long offset = (long) region.getKey() * MIB;
          assertThat(guest.call("verify vdb %d %d %s".formatted(offset, MIB, region.getValue())))
              .as("region %s on the guest's disk", region)
              .isEqualTo("same");
        }
      }
    }
  }

  /** Removes what the killed process would have removed, and old snapshots. */
  private void tidy(Engine engine) throws Exception {
    for (Attachment attachment : engine.instances().attachments(instance)) {
      if (attachment.slot() >= 2) {
        engine.instances().detach(attachment.volume());
      }
    }
    for (Instance other : engine.instances().list()) {
      if (!other.id().equals(instance)) {
        engine.instances().delete(other.id());
      }
    }
    for (Volume volume : engine.volumes().list()) {
      if (volume.status() == VolumeStatus.AVAILABLE) {
        engine.volumes().delete(volume.id());
      }
    }
    List<Snapshot> snapshots = engine.snapshots().list();
    for (Snapshot old : snapshots.subList(0, Math.max(0, snapshots.size() - SNAPSHOTS_KEPT))) {
      engine.snapshots().delete(old.id());
    }
    assertThat(engine.awaitIdle(Duration.ofSeconds(60))).as("%s", engine.tasks()).isTrue();
  }

  private void checkNothingLeftOver(TestSite site) throws IOException {
    Engine engine = site.engine;
    for (Volume volume : engine.volumes().list()) {
      List<Layer> layers = engine.volumes().layers(volume.id());
      assertThat(layers).hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1);
      var known =
          site.database.read(tx -> tx.layers().of(volume.id())).stream()
              .map(Layer::id)
              .collect(Collectors.toSet());
      assertThat(site.island.list(volume.id())).isEqualTo(known);
    }
    try (var folders = java.nio.file.Files.list(folder.resolve("volumes"))) {
      assertThat(folders.count()).isEqualTo(2);
    }
    var wanted = new HashSet<java.util.UUID>();
    engine.snapshots().list().forEach(snapshot -> wanted.add(snapshot.point().value()));
    engine
        .volumes()
        .list()
        .forEach(volume -> {
          if (volume.basePoint() != null) {
            wanted.add(volume.basePoint().value());
          }
        });
    assertThat(site.repository.list().manifests().stream().map(manifest -> manifest.id()))
        .allMatch(wanted::contains);
  }
}
