package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.model.AlertKind;
import atoll.model.Consistency;
import atoll.model.Instance;
import atoll.model.InstanceStatus;
import atoll.model.Point;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop on a real guest: what it wrote is in the snapshots, and comes back. */
class LoopIT {
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = TestSite.PATIENCE;

  @TempDir static Path folder;
  private static TestSite site;
  private static Engine engine;
  private static GuestSite.Machine machine;
  private static Guest guest;

  @BeforeAll
  static void boot() throws Exception {
    site = TestSite.open(folder, GuestSite.hypervisor(folder));
    engine = site.engine;
    machine = GuestSite.start(engine);
    guest = GuestSite.awaitBoot(engine, machine);
  }

  @AfterAll
  static void end() throws Exception {
    if (guest != null) {
      guest.close();
    }
    for (Instance instance : engine.instances().list()) {
      engine.instances().delete(instance.id());
    }
    site.close();
  }

  private static List<Snapshot> take() throws Exception {
    return engine.snapshots().take(TakeRequest.of(TestSite.OWNER, "s", machine.volumes()));
  }

  private static Snapshot backedUp(Snapshot snapshot) throws InterruptedException {
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    return engine.snapshots().get(snapshot.id());
  }

  private static byte[] read(Snapshot snapshot, long offset, int length) throws IOException {
    try (BlockImage image = site.repository.open(snapshot.point().value())) {
      var bytes = ByteBuffer.allocate(length);
      image.read(offset, bytes);
      return bytes.array();
    }
  }

  private static void write(int mib, String seed) throws IOException {
    guest.call("write vdb %d %d %s".formatted((long) mib * MIB, MIB, seed));
  }

  private static byte[] pattern(int mib, String seed) {
    return Pattern.bytes((long) mib * MIB, MIB, seed);
  }

  @Test
  void aSnapshotHasWhatTheGuestHadWrittenAndNothingLater() throws Exception {
    write(10, "before");
    Snapshot first = take().get(1);
    write(10, "after");
    Snapshot second = take().get(1);
    assertThat(read(backedUp(first), 10 * MIB, MIB)).isEqualTo(pattern(10, "before"));
    assertThat(read(backedUp(second), 10 * MIB, MIB)).isEqualTo(pattern(10, "after"));
  }

  @Test
  void anIncrementReadsWhatChangedAndNoMore() throws Exception {
    backedUp(take().get(1));
    write(20, "changed");
    var state = (SnapshotState.BackedUp) backedUp(take().get(1)).state();
    assertThat(state.figures().changedBytes()).isEqualTo(MIB);
    assertThat(state.figures().readBytes()).isEqualTo(MIB);
  }

  @Test
  void allDisksAreTakenAtOneInstant() throws Exception {
    guest.call("heartbeat start vda,vdb %d 0".formatted(512 << 10));
    var sets = new ArrayList<List<Snapshot>>();
    for (int i = 0; i < 5; i++) {
      guest.awaitBeats(3, PATIENCE);
      sets.add(take());
    }
    guest.call("heartbeat stop");
    for (List<Snapshot> set : sets) {
      long boot = beat(backedUp(set.get(0)));
      long data = beat(backedUp(set.get(1)));
      assertThat(boot - data).as("beats %d and %d", boot, data).isBetween(0L, 1L);
    }
  }

  private static long beat(Snapshot snapshot) throws IOException {
    String text = new String(read(snapshot, 512 << 10, 64), StandardCharsets.US_ASCII);
    Matcher matcher = java.util.regex.Pattern.compile("beat ([0-9]+)").matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void theChainIsShortAgainWhenAllIsBackedUp() throws Exception {
    for (int i = 0; i < 6; i++) {
      write(30 + i, "chain" + i);
      take();
    }
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.volumes().layers(machine.data().id()))
        .hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST);
    assertThat(site.island.list(machine.data().id()))
        .hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1);
    for (int i = 0; i < 6; i++) {
      assertThat(guest.call("verify vdb %d %d chain%d".formatted((long) (30 + i) * MIB, MIB, i)))
          .isEqualTo("same");
    }
  }

  @Test
  void twoTakesAtOnceBothSucceed() throws Exception {
    Callable<List<Snapshot>> one = LoopIT::take;
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<List<Snapshot>> taken : threads.invokeAll(List.of(one, one, one, one))) {
        assertThat(taken.get()).hasSize(2);
      }
    }
  }

  @Test
  void discardedRangesComeBackAsZeros() throws Exception {
    write(60, "discarded");
    backedUp(take().get(1));
    guest.call("discard vdb %d %d".formatted(60L * MIB, MIB));
    Snapshot snapshot = backedUp(take().get(1));
    assertThat(read(snapshot, 60L * MIB, MIB)).isEqualTo(new byte[MIB]);
  }

  @Test
  void aQuiescedSnapshotSaysSo() throws Exception {
    guest.call("mkfs vdb");
    guest.call("mount vdb /mnt");
    Snapshot snapshot =
        engine
            .snapshots()
            .take(TakeRequest.of(TestSite.OWNER, "q", machine.volumes(), Quiesce.REQUIRED))
            .getFirst();
    guest.call("put /mnt/file text");
    guest.call("umount /mnt");
    Point point = site.database.read(tx -> tx.points().find(snapshot.point())).orElseThrow();
    assertThat(point.consistency()).isEqualTo(Consistency.FILE_SYSTEM);
    assertThat(point.frozen()).isBetween(Duration.ofNanos(1000), Duration.ofSeconds(5));
  }

  @Test
  void aDiskIsPluggedInAndOutWhileTheGuestRuns() throws Exception {
    Volume volume = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "plug", 8 * MIB));
    engine.instances().attach(machine.instance().id(), volume.id(), false);
    String serial = "serial=" + volume.id().toString().substring(0, 20);
    guest.call("wait " + serial + " 10");
    guest.call("write " + serial + " 0 1048576 plugged");
    assertThatThrownBy(() -> engine.volumes().delete(volume.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("detach it");
    engine.instances().detach(volume.id());
    guest.call("gone " + serial + " 10");
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.island.list(volume.id())).isEmpty();
    engine.instances().attach(machine.instance().id(), volume.id(), false);
    guest.call("wait " + serial + " 10");
    assertThat(guest.call("verify " + serial + " 0 1048576 plugged")).isEqualTo("same");
    engine.instances().detach(volume.id());
    assertThat(engine.volumes().get(volume.id()).status()).isEqualTo(VolumeStatus.AVAILABLE);
    engine.volumes().delete(volume.id());
  }

  @Test
  void aRunningGuestSeesItsDiskGrow() throws Exception {
    Volume volume = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "grow", 8 * MIB));
    engine.instances().attach(machine.instance().id(), volume.id(), false);
    String serial = "serial=" + volume.id().toString().substring(0, 20);
    guest.call("wait " + serial + " 10");
    engine.volumes().extend(volume.id(), 16 * MIB);
    guest.call("write " + serial + " " + 12 * MIB + " 1048576 grown");
    Snapshot snapshot =
        engine
            .snapshots()
            .take(TakeRequest.of(TestSite.OWNER, "grown", List.of(volume.id())))
            .getFirst();
    assertThat(read(backedUp(snapshot), 12 * MIB, MIB))
        .isEqualTo(Pattern.bytes(12L * MIB, MIB, "grown"));
    engine.instances().detach(volume.id());
    engine.volumes().delete(volume.id());
  }

  @Test
  void aRestartedServiceFindsItsMachinesAndGoesOn() throws Exception {
    write(70, "restart");
    Snapshot before = take().get(1);
    guest.close();
    site.close();
    boot(machine);
    assertThat(engine.instances().get(machine.instance().id()).status())
        .isEqualTo(InstanceStatus.RUNNING);
    assertThat(read(backedUp(before), 70 * MIB, MIB)).isEqualTo(pattern(70, "restart"));
    assertThat(read(backedUp(take().get(1)), 70 * MIB, MIB)).isEqualTo(pattern(70, "restart"));
  }

  private static void boot(GuestSite.Machine running) throws IOException {
    site = TestSite.open(folder, GuestSite.hypervisor(folder));
    engine = site.engine;
    machine = running;
    guest = GuestSite.connect(engine, running);
    assertThat(guest.call("ping")).isEqualTo("pong");
  }

  @Test
  void aMachineBootsFromVolumesMadeOfItsSnapshots() throws Exception {
    write(80, "restored");
    List<Snapshot> taken = take();
    Volume boot = volumeOf(backedUp(taken.get(0)));
    Volume data = volumeOf(backedUp(taken.get(1)));
    GuestSite.Machine second = GuestSite.start(engine, boot, data);
    try (Guest other = GuestSite.awaitBoot(engine, second)) {
      assertThat(other.call("verify vdb %d %d restored".formatted(80L * MIB, MIB)))
          .isEqualTo("same");
    }
    engine.instances().stop(second.instance().id(), Duration.ofSeconds(5));
    Snapshot stopped =
        engine
            .snapshots()
            .take(TakeRequest.of(TestSite.OWNER, "stopped", List.of(data.id())))
            .getFirst();
    assertThat(read(backedUp(stopped), 80 * MIB, MIB)).isEqualTo(pattern(80, "restored"));
    engine.instances().delete(second.instance().id());
    engine.volumes().delete(boot.id());
    engine.volumes().delete(data.id());
  }

  private static Volume volumeOf(Snapshot snapshot) {
    return engine
        .volumes()
        .createFromSnapshot(
            VolumeSpec.of(TestSite.OWNER, "restored", snapshot.volumeSizeBytes()), snapshot.id());
  }

  @Test
  void aKilledMachineIsStoppedAndKeepsItsFlushedWrites() throws Exception {
    Volume boot = volumeOf(backedUp(take().get(0)));
    Volume data = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "kill", 8 * MIB));
    GuestSite.Machine doomed = GuestSite.start(engine, boot, data);
    try (Guest other = GuestSite.awaitBoot(engine, doomed)) {
      other.call("write vdb 0 1048576 first");
      engine.snapshots().take(TakeRequest.of(TestSite.OWNER, "k", doomed.volumes()));
      other.call("write vdb 1048576 1048576 second");
    }
    killQemuOf(doomed.instance());
    assertThat(
            engine
                .instances()
                .awaitStatus(doomed.instance().id(), InstanceStatus.STOPPED, PATIENCE))
        .isTrue();
    assertThat(engine.instances().get(doomed.instance().id()).fault())
        .isEqualTo("its machine ended unexpectedly");
    Eventually.await(() ->
        engine.alerts().list().stream()
            .anyMatch(alert ->
                alert.kind() == AlertKind.MACHINE_ENDED
                    && alert.subject().equals(doomed.instance().id().value())));
    engine.instances().start(doomed.instance().id(), _ -> {});
    assertThat(engine.alerts().list()).isEmpty();
    try (Guest again = GuestSite.awaitBoot(engine, doomed)) {
      assertThat(again.call("verify vdb 0 1048576 first")).isEqualTo("same");
      assertThat(again.call("verify vdb 1048576 1048576 second")).isEqualTo("same");
    }
    engine.instances().delete(doomed.instance().id());
    engine.volumes().delete(boot.id());
    engine.volumes().delete(data.id());
  }

  private static void killQemuOf(Instance instance) {
    ProcessHandle.allProcesses()
        .filter(process ->
            process
                .info()
                .commandLine()
                .filter(line -> line.contains(instance.id().toString()))
                .filter(line -> line.contains("qemu-system"))
                .isPresent())
        .forEach(ProcessHandle::destroyForcibly);
  }
}
