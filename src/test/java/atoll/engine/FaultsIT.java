package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.hypervisor.FaultyHypervisor;
import atoll.hypervisor.FaultyHypervisor.Fate;
import atoll.hypervisor.FaultyHypervisor.Operation;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.Snapshot;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** QEMU and the connection to it failing in the midst of verbs, while a real guest runs. */
class FaultsIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private FaultyHypervisor hypervisor;
  private TestSite site;
  private Engine engine;
  private GuestSite.Machine machine;
  private Guest guest;

  @BeforeEach
  void boot() throws Exception {
    hypervisor = new FaultyHypervisor(GuestSite.hypervisor(folder));
    site = TestSite.open(folder, hypervisor);
    engine = site.engine;
    machine = GuestSite.start(engine);
    guest = GuestSite.awaitBoot(engine, machine);
  }

  @AfterEach
  void end() throws Exception {
    hypervisor.follow(_ -> Fate.PASS);
    guest.close();
    for (Instance instance : engine.instances().list()) {
      engine.instances().delete(instance.id());
    }
    site.close();
  }

  private Snapshot take(VolumeId volume) throws Exception {
    return engine.snapshots().take(TakeRequest.of(TestSite.OWNER, "s", List.of(volume))).getFirst();
  }

  private void write(int mib, String seed) throws IOException {
    guest.call("write vdb %d %d %s".formatted((long) mib * MIB, MIB, seed));
  }

  @Test
  void layersThatALostPullMergedAreClosedInTheirOrder() throws Exception {
    VolumeId data = machine.data().id();
    site.store.stop();
    var snapshots = new ArrayList<Snapshot>();
    for (int i = 0; i < 5; i++) {
      write(i, "pull" + i);
      snapshots.add(take(data));
    }
    hypervisor.next(Operation.PULL, Fate.LOSE_ANSWER);
    for (Snapshot snapshot : snapshots.subList(1, 4)) {
      engine.snapshots().delete(snapshot.id());
    }
    site.store.resume();
    assertThat(engine.awaitIdle(Duration.ofSeconds(30))).as("%s", engine.tasks()).isTrue();
    assertThat(engine.volumes().layers(data)).hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST);
    for (int i = 0; i < 5; i++) {
      assertThat(guest.call("verify vdb %d %d pull%d".formatted((long) i * MIB, MIB, i)))
          .isEqualTo("same");
    }
  }

  private void reopen(EngineSettings settings) throws IOException {
    site.close();
    hypervisor = new FaultyHypervisor(GuestSite.hypervisor(folder));
    site = TestSite.open(folder, hypervisor, settings, Steps.NONE);
    engine = site.engine;
  }

  @Test
  void aMachineThatDiesAtTheEndOfAPullLosesNothing() throws Exception {
    killAtTheEndOfAMerge();
  }

  @Test
  void aMachineThatDiesAtTheEndOfACommitLosesNothing() throws Exception {
    reopen(TrialSite.SETTINGS);
    killAtTheEndOfAMerge();
  }

  /**
   * Kills the machine as soon as a layer's file names another one that it lies over: QEMU writes
   * that first, and then where the merged content is.
   */
  private void killAtTheEndOfAMerge() throws Exception {
    VolumeId data = machine.data().id();
    site.store.stop();
    for (int i = 0; i < 4; i++) {
      guest.call("write vdb %d %d end%d".formatted(i * 24L * MIB, 24 * MIB, i));
      Snapshot _ = take(data);
    }
    var backing = new HashMap<Layer, Optional<LayerId>>();
    for (Layer layer : engine.volumes().layers(data)) {
      backing.put(layer, site.island.backing(data, layer.id()));
    }
    InstanceId instance = machine.instance().id();
    Path pid = folder.resolve("run").resolve(instance.toString()).resolve("pid");
    ProcessHandle qemu =
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    site.store.resume();
    long deadline = System.nanoTime() + TestSite.PATIENCE.toNanos();
    while (!changed(backing)) {
      assertThat(System.nanoTime()).as("a merge ends").isLessThan(deadline);
    }
    qemu.destroyForcibly();
    guest.close();
    Eventually.await(() -> engine.instances().get(instance).status() == InstanceStatus.STOPPED);
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).as("%s", engine.tasks()).isTrue();
    Instance _ = engine.instances().start(instance, _ -> {});
    guest = GuestSite.awaitBoot(engine, machine);
    for (int i = 0; i < 4; i++) {
      assertThat(guest.call("verify vdb %d %d end%d".formatted(i * 24L * MIB, 24 * MIB, i)))
          .isEqualTo("same");
    }
  }

  private boolean changed(Map<Layer, Optional<LayerId>> backing) {
    try {
      for (Map.Entry<Layer, Optional<LayerId>> was : backing.entrySet()) {
        Layer layer = was.getKey();
        if (!was.getValue().equals(site.island.backing(layer.volume(), layer.id()))) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return true; // too late: it is removed already
    }
  }

  @Test
  void whatWasWrittenAfterATakeWithoutAnAnswerSurvivesADetach() throws Exception {
    VolumeId data = machine.data().id();
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).isTrue();
    hypervisor.follow(operation ->
        switch (operation) {
          case SWITCH_TO -> Fate.LOSE_ANSWER;
          case TOP -> Fate.FAIL;
          default -> Fate.PASS;
        });
    assertThatThrownBy(() -> take(data)).isInstanceOf(IOException.class);
    write(1, "late");
    engine.instances().detach(data);
    hypervisor.follow(_ -> Fate.PASS);
    Snapshot snapshot = take(data);
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), TestSite.PATIENCE)).isTrue();
    assertThat(read(snapshot, MIB, MIB)).isEqualTo(Pattern.bytes(MIB, MIB, "late"));
  }

  @Test
  void aDiskThatTheGuestLetsGoOfLateIsDetachedThen() throws Exception {
    VolumeId data = machine.data().id();
    write(1, "late");
    reopen(TestSite.SETTINGS.withDetachPatience(Duration.ZERO));
    assertThatThrownBy(() -> engine.instances().detach(data))
        .hasMessageContaining("has not let go");
    Eventually.await(() -> engine.volumes().get(data).status() == VolumeStatus.AVAILABLE);
    Snapshot snapshot = take(data);
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), TestSite.PATIENCE)).isTrue();
    assertThat(read(snapshot, MIB, MIB)).isEqualTo(Pattern.bytes(MIB, MIB, "late"));
    engine.instances().attach(machine.instance().id(), data, false);
    guest.call("wait serial=%s 10".formatted(data.toString().substring(0, 20)));
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
  }

  private byte[] read(Snapshot snapshot, long offset, int length) throws IOException {
    try (BlockImage image = site.repository.open(snapshot.point().value())) {
      var bytes = java.nio.ByteBuffer.allocate(length);
      image.read(offset, bytes);
      return bytes.array();
    }
  }

  @Test
  void aDiskIsNeverSmallerThanTheGuestSawIt() throws Exception {
    VolumeId data = machine.data().id();
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).isTrue();
    hypervisor.next(Operation.RESIZE, Fate.LOSE_ANSWER);
    assertThatThrownBy(() -> engine.volumes().extend(data, GuestSite.DATA_BYTES + 8 * MIB))
        .isInstanceOf(IOException.class);
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).isTrue();
    long end = GuestSite.DATA_BYTES + 4L * MIB;
    guest.call("write vdb %d %d grown".formatted(end, MIB));
    Snapshot first = take(data);
    assertThat(guest.call("verify vdb %d %d grown".formatted(end, MIB))).isEqualTo("same");
    assertThat(engine.snapshots().awaitBackedUp(first.id(), TestSite.PATIENCE)).isTrue();
    assertThat(read(first, end, MIB)).isEqualTo(Pattern.bytes(end, MIB, "grown"));
    assertThat(engine.volumes().layers(data)).extracting(Layer::sizeBytes).isSorted();
  }

  @Test
  void aVolumeDeletedWhileAMergeOfItsFailsIsBackedUpAllTheSame() throws Exception {
    VolumeId data = machine.data().id();
    site.store.stop();
    var snapshots = new ArrayList<Snapshot>();
    for (int i = 0; i < 4; i++) {
      write(i, "deleted" + i);
      snapshots.add(take(data));
    }
    engine.instances().detach(data);
    hypervisor.follow(operation -> {
      if (operation == Operation.AWAIT_JOB) {
        engine.volumes().delete(data);
        return Fate.FAIL;
      }
      return Fate.PASS;
    });
    engine.snapshots().delete(snapshots.get(1).id());
    engine.snapshots().delete(snapshots.get(2).id());
    Eventually.await(
        () -> engine.volumes().list().stream().noneMatch(volume -> volume.id().equals(data)));
    site.store.resume();
    Snapshot last = snapshots.get(3);
    assertThat(engine.snapshots().awaitBackedUp(last.id(), Duration.ofSeconds(30)))
        .as("%s", engine.tasks())
        .isTrue();
    assertThat(read(last, 3 * MIB, MIB)).isEqualTo(Pattern.bytes(3 * MIB, MIB, "deleted3"));
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).isTrue();
    assertThat(site.island.list(data)).isEmpty();
  }
}
