package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lets each {@link Fault} happen at each {@link Step} of everything a process of Atoll does, while
 * a guest runs and writes. Then: everything that was reported taken is there, byte for byte; what
 * the guest has flushed is on its disk; nothing is stuck, and nothing is left over.
 *
 * <p>Every step meets a kill of Atoll, and one of the other faults; with {@code -Datoll.long=true}
 * all of them. The table goes to {@code target/reliability.md}.
 */
class EveryStepIT {
  private static final boolean LONG = Boolean.getBoolean("atoll.long");

  /** How long a store or a disk fails. */
  private static final int SECONDS = LONG ? 60 : 3;

  /** As ever, but small deltas are committed already, so that both kinds of merges are met. */
  static final EngineSettings SETTINGS =
      TestSite.SETTINGS.withMarks(TestSite.SETTINGS.freeMarkBytes(), 3 << 20);

  private static final int MIB = 1 << 20;
  private static final int SNAPSHOTS_KEPT = 4;

  @TempDir static Path folder;
  private static InstanceId instance;
  private static int round;

  private static boolean diskCanBeFull;
  private static final Trials TRIALS = new Trials();

  @BeforeAll
  static void boot() throws Exception {
    diskCanBeFull = Balloon.mount(folder.resolve("volumes"));
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder), SETTINGS, Steps.NONE)) {
      GuestSite.Machine machine = GuestSite.start(site.engine);
      GuestSite.awaitBoot(site.engine, machine).close();
      instance = machine.instance().id();
    }
  }

  @AfterAll
  static void end() throws Exception {
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder))) {
      for (Instance each : site.engine.instances().list()) {
        site.engine.instances().delete(each.id());
      }
    }
    if (diskCanBeFull) {
      Balloon.unmount(folder.resolve("volumes"));
    }
    TRIALS.write(Path.of("target", "reliability.md"));
  }

  static List<Arguments> trials() {
    List<Fault> others = List.copyOf(EnumSet.complementOf(EnumSet.of(Fault.ATOLL_KILLED)));
    var trials = new ArrayList<Arguments>();
    for (Step step : Step.values()) {
      int turn = trials.size() / 2 % others.size();
      trials.add(Arguments.of(step, Fault.ATOLL_KILLED));
      (LONG ? others : others.subList(turn, turn + 1))
          .forEach(fault -> trials.add(Arguments.of(step, fault)));
    }
    return trials;
  }

  @ParameterizedTest
  @MethodSource("trials")
  void nothingIsLost(Step step, Fault fault) throws Exception {
    assumeTrue(fault != Fault.DISK_FULL || diskCanBeFull, "this user may not mount");
    round++;
    Process atoll = start(step, fault);
    assertThat(atoll.waitFor(5, TimeUnit.MINUTES)).as("the process ends").isTrue();
    int expected = fault == Fault.ATOLL_KILLED ? 128 + 9 : 0;
    assertThat(atoll.exitValue()).as("%s at %s: see %s", fault, step, log()).isEqualTo(expected);
    check();
    TRIALS.held(step, fault);
  }

  private static void check() throws Exception {
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder), SETTINGS, Steps.NONE)) {
      checkNothingStuck(site.engine);
      checkPromises(site);
      checkGuest(site.engine);
      tidy(site.engine);
      checkNothingLeftOver(site);
    }
  }

  private static Path log() {
    return folder.resolve("round-" + round + ".log");
  }

  private static Process start(Step step, Fault fault) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            EveryStepMain.class.getName(),
            folder.toString(),
            step.name(),
            fault.name(),
            Integer.toString(SECONDS),
            Integer.toString(round),
            instance.toString())
        .redirectErrorStream(true)
        .redirectOutput(log().toFile())
        .start();
  }

  private static void checkNothingStuck(Engine engine) throws InterruptedException {
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

  private static void checkPromises(TestSite site) throws Exception {
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

  private static void checkGuest(Engine engine) throws IOException {
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
  private static void tidy(Engine engine) throws Exception {
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

  private static void checkNothingLeftOver(TestSite site) throws IOException {
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
