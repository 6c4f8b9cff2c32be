package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.hypervisor.FaultyHypervisor;
import atoll.hypervisor.FaultyHypervisor.Fate;
import atoll.hypervisor.FaultyHypervisor.Operation;
import atoll.hypervisor.MachineStatus;
import atoll.hypervisor.MemoryHypervisor;
import atoll.model.Alert;
import atoll.model.AlertKind;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.objectstore.FaultyObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines, and callers, that fail in the midst of verbs: nothing stays stuck, nothing lies. */
class MachineFaultsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private final MemoryHypervisor memory = new MemoryHypervisor();
  private final FaultyHypervisor hypervisor = new FaultyHypervisor(memory);
  private volatile Steps steps = Steps.NONE;
  private TestSite site;
  private Engine engine;
  private InstanceId instance;

  @BeforeEach
  void start() throws Exception {
    open();
    instance = engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    Instance _ = engine.instances().start(instance, _ -> {});
  }

  private void open() throws IOException {
    site = TestSite.open(folder, hypervisor, TestSite.SETTINGS, step -> steps.passed(step));
    engine = site.engine;
  }

  private void reopen() throws IOException {
    site.close();
    open();
  }

  @AfterEach
  void close() throws IOException {
    hypervisor.follow(_ -> Fate.PASS);
    site.close();
  }

  private VolumeId volume() {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB));
    return volume.id();
  }

  private VolumeId attached() throws Exception {
    VolumeId volume = volume();
    engine.instances().attach(instance, volume, false);
    return volume;
  }

  private VolumeStatus status(VolumeId volume) {
    return engine.volumes().get(volume).status();
  }

  private boolean isPlugged(VolumeId volume) throws IOException {
    return memory.find(instance).orElseThrow().nodes().disks().contains(volume);
  }

  @Test
  void aDiskThatWasPluggedInWhenTheConnectionWasLostIsPluggedOutAgain() throws Exception {
    VolumeId volume = volume();
    hypervisor.next(Operation.ATTACH, Fate.DISCONNECT);
    assertThatThrownBy(() -> engine.instances().attach(instance, volume, false))
        .isInstanceOf(IOException.class);
    assertThat(isPlugged(volume)).isFalse();
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
  }

  @Test
  void whetherADiskIsInIsFoundOutWhenTheMachineAnswersAgain() throws Exception {
    VolumeId volume = volume();
    hypervisor.follow(operation ->
        switch (operation) {
          case ATTACH -> Fate.LOSE_ANSWER;
          case DETACH, DISKS, FIND -> Fate.FAIL;
          default -> Fate.PASS;
        });
    assertThatThrownBy(() -> engine.instances().attach(instance, volume, false))
        .isInstanceOf(IOException.class);
    assertThat(status(volume)).isEqualTo(VolumeStatus.ATTACHING);
    hypervisor.follow(_ -> Fate.PASS);
    Eventually.await(() -> status(volume) != VolumeStatus.ATTACHING);
    assertThat(isPlugged(volume)).isEqualTo(status(volume) == VolumeStatus.IN_USE);
  }

  @Test
  void aDetachThatLostItsAnswerIsDone() throws Exception {
    VolumeId volume = attached();
    hypervisor.next(Operation.DETACH, Fate.DISCONNECT);
    assertThatThrownBy(() -> engine.instances().detach(volume)).isInstanceOf(IOException.class);
    Eventually.await(() -> status(volume) == VolumeStatus.AVAILABLE);
    assertThat(memory.open(instance)).isEmpty();
  }

  @Test
  void aDiskThatTheGuestLetsGoOfTooLateIsDetachedThen() throws Exception {
    VolumeId volume = attached();
    memory.hold(instance);
    assertThatThrownBy(() -> engine.instances().detach(volume)).isInstanceOf(IOException.class);
    assertThat(status(volume)).isEqualTo(VolumeStatus.IN_USE);
    memory.letGo(instance, volume);
    Eventually.await(() -> status(volume) == VolumeStatus.AVAILABLE);
    assertThat(memory.open(instance)).isEmpty();
  }

  @Test
  void aDiskThatTheGuestLetGoOfWhileNobodyListenedIsDetachedAtTheNextStart() throws Exception {
    VolumeId volume = attached();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    site.close();
    memory.letGo(instance, volume);
    open();
    Eventually.await(() -> status(volume) == VolumeStatus.AVAILABLE);
    assertThat(memory.open(instance)).isEmpty();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
  }

  @Test
  void aStandbyLayerIsClosedWithItsDisk() throws Exception {
    VolumeId volume = attached();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    engine.instances().detach(volume);
    assertThat(memory.open(instance)).isEmpty();
  }

  @Test
  void anInterruptLeavesNoVolumeHalfAttached() throws Exception {
    VolumeId volume = volume();
    steps =
        step -> {
          if (step == Step.ATTACH_MARKED) {
            Thread.currentThread().interrupt();
          }
        };
    assertThatThrownBy(() -> engine.instances().attach(instance, volume, false));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(isPlugged(volume)).isFalse();
  }

  @Test
  void anInterruptLeavesNoVolumeHalfDetached() throws Exception {
    VolumeId volume = attached();
    steps =
        step -> {
          if (step == Step.DETACH_UNPLUGGED) {
            Thread.currentThread().interrupt();
          }
        };
    engine.instances().detach(volume);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
  }

  @Test
  void anInterruptLeavesNoInstanceHalfStopped() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> engine.instances().stop(instance, Duration.ZERO));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.RUNNING);
  }

  @Test
  void anInterruptLeavesNoInstanceHalfStarted() throws Exception {
    Instance _ = engine.instances().stop(instance, Duration.ZERO);
    steps =
        step -> {
          if (step == Step.START_RUNNING) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
          }
        };
    assertThatThrownBy(() -> engine.instances().start(instance, _ -> {}));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.STOPPED);
    assertThat(memory.running()).isEmpty();
  }

  @Test
  void aStopThatFailedIsSettledWhenTheMachineAnswersAgain() throws Exception {
    hypervisor.follow(operation ->
        switch (operation) {
          case SHUT_DOWN -> Fate.DISCONNECT;
          case FIND -> Fate.FAIL;
          default -> Fate.PASS;
        });
    assertThatThrownBy(() -> engine.instances().stop(instance, Duration.ZERO));
    assertThat(engine.alerts().list())
        .extracting(Alert::kind)
        .contains(AlertKind.MACHINE_UNREACHABLE);
    hypervisor.follow(_ -> Fate.PASS);
    Eventually.await(() -> engine.instances().get(instance).status() == InstanceStatus.STOPPED);
    Eventually.await(() -> engine.alerts().list().isEmpty());
  }

  @Test
  void aGuestWhoseDiskFailsAgainIsResumedAgain() throws Exception {
    hypervisor.next(Operation.RESUME, Fate.FAIL);
    memory.become(instance, new MachineStatus.IoError());
    Eventually.await(() -> memory.status(instance) instanceof MachineStatus.Running);
    Eventually.await(() -> engine.alerts().list().isEmpty());
  }

  @Test
  void aMachineWhoseStartWasCutOffIsLetRun() throws Exception {
    memory.become(instance, new MachineStatus.NotBegun());
    reopen();
    assertThat(memory.status(instance)).isEqualTo(new MachineStatus.Running());
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.RUNNING);
  }

  @Test
  void aLayerThatALostTakeMadeTheTopIsNeverUnlinked() throws Exception {
    VolumeId volume = attached();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    hypervisor.follow(operation ->
        switch (operation) {
          case SWITCH_TO -> Fate.LOSE_ANSWER;
          case TOP, RESIZE -> Fate.FAIL;
          default -> Fate.PASS;
        });
    TakeRequest request = TakeRequest.of(OWNER, "s", List.of(volume));
    assertThatThrownBy(() -> engine.snapshots().take(request)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> engine.volumes().extend(volume, 2 * MIB));
    assertThatThrownBy(() -> engine.snapshots().take(request)).isInstanceOf(IOException.class);
    hypervisor.follow(_ -> Fate.PASS);
    LayerId top = memory.find(instance).orElseThrow().nodes().top(volume);
    Eventually.await(
        () -> engine.volumes().layers(volume).stream().anyMatch(has -> has.id().equals(top)));
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
  }

  @Test
  void oneMachineThatDoesNotAnswerHindersNobody() throws Exception {
    VolumeId volume = attached();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    site.close();
    hypervisor.follow(operation ->
        operation == Operation.STATUS || operation == Operation.FIND ? Fate.FAIL : Fate.PASS);
    open();
    assertThat(engine.alerts().list())
        .extracting(Alert::kind)
        .contains(AlertKind.MACHINE_UNREACHABLE);
    hypervisor.follow(_ -> Fate.PASS);
    Eventually.await(() -> engine.alerts().list().isEmpty());
    engine.instances().detach(volume);
    assertThat(isPlugged(volume)).isFalse();
  }

  @Test
  void aMachineThatEndsAsSoonAsItRunsIsStopped() throws Exception {
    Instance _ = engine.instances().stop(instance, Duration.ZERO);
    steps =
        step -> {
          if (step == Step.START_RECORDED) {
            end(instance);
          }
        };
    assertThatThrownBy(() -> engine.instances().start(instance, _ -> {}))
        .isInstanceOf(IOException.class);
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.STOPPED);
  }

  private void end(InstanceId machine) {
    try {
      memory.find(machine).orElseThrow().kill();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nothingIsKeptOfAnInstanceWhoseDeletionWasCutOff() throws Exception {
    hypervisor.next(Operation.FORGET, Fate.FAIL);
    assertThatThrownBy(() -> engine.instances().delete(instance)).isInstanceOf(IOException.class);
    assertThat(memory.kept()).hasSize(1);
    reopen();
    assertThat(memory.kept()).isEmpty();
  }

  @Test
  void aVolumeAttachedWhileItsInstanceIsDeletedIsDetachedToo() throws Exception {
    Instance _ = engine.instances().stop(instance, Duration.ZERO);
    VolumeId first = attached();
    VolumeId second = volume();
    var once = new AtomicBoolean();
    steps =
        step -> {
          if (step == Step.DETACH_MARKED && once.compareAndSet(false, true)) {
            attach(second);
          }
        };
    engine.instances().delete(instance);
    assertThat(status(first)).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(status(second)).isEqualTo(VolumeStatus.AVAILABLE);
  }

  private void attach(VolumeId volume) {
    try {
      engine.instances().attach(instance, volume, false);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSnapshotThatIsInNoLayerIsNotBackedUpAsABlankOne() throws Exception {
    VolumeId volume = attached();
    site.store.stop();
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume))).getFirst();
    site.store.follow(_ -> FaultyObjectStore.Fate.FAIL);
    site.store.resume();
    Eventually.await(() -> !engine.alerts().list().isEmpty());
    site.database.change(tx -> {
      for (Layer layer : tx.layers().of(volume)) {
        tx.layers().setPoint(layer.id(), null);
      }
    });
    site.store.follow(_ -> FaultyObjectStore.Fate.PASS);
    Eventually.await(() ->
        engine.alerts().list().stream()
            .anyMatch(alert -> alert.message().contains("is in none of its layers")));
    assertThat(engine.snapshots().get(snapshot.id()).state())
        .isNotInstanceOf(SnapshotState.BackedUp.class);
  }
}
