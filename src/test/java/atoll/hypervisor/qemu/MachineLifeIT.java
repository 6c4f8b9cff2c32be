package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.demo.Guest;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineEvent;
import atoll.hypervisor.MachineGoneException;
import atoll.hypervisor.MachineSpec;
import atoll.hypervisor.MachineStatus;
import atoll.model.InstanceId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Machines begin and end, and Atoll with them or without. */
@Timeout(180)
final class MachineLifeIT {
  private static final Duration BOOT = Duration.ofSeconds(90);

  /** A machine without a disk does nothing but run. */
  private static final MachineSpec EMPTY =
      new MachineSpec(new InstanceId(new UUID(7, 7)), 16, 1, List.of(), List.of("a.b", "c"));

  @TempDir Path folder;
  private Path directory;
  private Workbench bench;
  private QemuHypervisor hypervisor;

  @BeforeEach
  void open() throws IOException {
    bench = Workbench.in(folder.resolve("layers"));
    directory = folder.resolve("run");
    hypervisor = new QemuHypervisor(new QemuConfig(directory));
  }

  @AfterEach
  void killAll() throws IOException {
    for (InstanceId id : hypervisor.running()) {
      hypervisor.find(id).orElseThrow().kill();
    }
    hypervisor.close();
  }

  @Test
  void machineAndFrozenGuestOutliveKilledAtolls() throws Exception {
    var id = new InstanceId(UUID.randomUUID());
    String disk = bench.bootLayer().path().toString();
    try (var child = ChildJvm.run(directory.toString(), "start", id.toString(), disk)) {
      child.await("done");
      child.signal("KILL");
    }
    assertThat(hypervisor.running()).containsExactly(id);
    Machine machine = hypervisor.find(id).orElseThrow();
    assertThat(machine.status()).isEqualTo(new MachineStatus.Running());
    assertThat(hypervisor.find(id).orElseThrow()).isSameAs(machine);
    machine.close();

    try (Guest guest = Guest.connect(machine.channel(Guest.CHANNEL))) {
      guest.awaitReady(BOOT);
      try (var child = ChildJvm.run(directory.toString(), "freeze", id.toString(), "60000")) {
        child.await("done");
        writeBehind(guest);
        child.signal("KILL");
      }
      awaitWritten(guest);
      try (var child = ChildJvm.run(directory.toString(), "freeze", id.toString(), "2000")) {
        child.await("done");
        child.signal("STOP");
        writeBehind(guest);
        awaitWritten(guest); // at the limit
        child.signal("KILL");
      }
      endIsHeard(hypervisor.find(id).orElseThrow(), guest);
    }
    assertThat(hypervisor.find(id)).isEmpty();
    assertThat(hypervisor.running()).isEmpty();
    assertThat(directory.resolve(id.toString())).isDirectoryContaining("glob:**/machine.json");
    try (var left = Files.list(directory.resolve(id.toString()))) {
      assertThat(left).hasSize(1);
    }
  }

  /** Has the guest write to a file system that is frozen, and checks that it waits. */
  private static void writeBehind(Guest guest) throws IOException {
    guest.call("sh rm -f /run/wrote; (echo x > /state/x; echo x > /run/wrote) >/dev/null 2>&1 &");
    assertThatThrownBy(() -> guest.call("sh sleep 0.2; test -e /run/wrote"));
  }

  private static void awaitWritten(Guest guest) throws IOException {
    guest.call("sh while ! test -e /run/wrote; do usleep 20000; done", Duration.ofSeconds(20));
  }

  private void endIsHeard(Machine machine, Guest guest) throws Exception {
    BlockingQueue<MachineEvent> events = new LinkedBlockingQueue<>();
    machine.listen(events::add);
    guest.call("reboot");
    assertThat(next(events)).isEqualTo(new MachineEvent.GuestReset());
    String pid = Files.readString(directory.resolve(machine.id().toString()).resolve("pid"));
    Workbench.run("kill", "-KILL", pid.strip());
    MachineEvent after = next(events);
    while (after.equals(new MachineEvent.GuestReset())) { // its firmware resets again, 40 ms later
      after = next(events);
    }
    assertThat(after).isEqualTo(new MachineEvent.Ended());
    assertThatThrownBy(machine::status)
        .isInstanceOf(MachineGoneException.class)
        .hasMessageContaining("machine " + machine.id() + " is gone: QEMU closed");
    machine.kill(); // is dead already
  }

  private static MachineEvent next(BlockingQueue<MachineEvent> events) throws Exception {
    MachineEvent event = events.poll(30, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  @Test
  void diskThatFailsStopsTheGuestAndPowerOffIsHeard() throws Exception {
    LayerFile failing = bench.layer(16 * Workbench.MIB);
    bench.io(failing, "write -P 1 0 1M");
    spoilSecondCluster(failing);
    DiskSpec disk = Workbench.disk(1, failing);
    Machine machine = hypervisor.start(Workbench.machine(List.of(bench.bootDisk(), disk)));
    BlockingQueue<MachineEvent> events = new LinkedBlockingQueue<>();
    machine.listen(events::add);
    try (Guest guest = Guest.connect(machine.channel(Guest.CHANNEL))) {
      guest.awaitReady(BOOT);
      guest.call("sh (sleep 0.5; dd if=/dev/vdb of=/dev/null bs=64k skip=1) >/dev/null 2>&1 &");
      String node = "layer-" + failing.id();
      assertThat(next(events)).isEqualTo(new MachineEvent.DiskFailed(node, false));
      assertThat(machine.status()).isEqualTo(new MachineStatus.IoError());
      assertThatThrownBy(machine::resume).hasMessageContaining("its disk fails again");
      machine.shutDown(BOOT); // does not wait for a guest that stands still
      assertThat(hypervisor.running()).isEmpty();
    }
  }

  /** Makes the second cluster a compressed one, of what nothing was ever compressed to. */
  private static void spoilSecondCluster(LayerFile layer) throws IOException {
    try (var file = new RandomAccessFile(layer.path().toFile(), "rw")) {
      file.seek(40); // offset of the L1 table
      file.seek(file.readLong());
      long l2 = file.readLong() & 0x00fffffffffffe00L;
      file.seek(l2 + 8);
      file.writeLong(0x4000000000050000L);
    }
  }

  @Test
  void guestThatIsBootingIsAskedAgainToLetGoOfItsDisk() throws Exception {
    DiskSpec disk = Workbench.disk(1, bench.layer(16 * Workbench.MIB));
    Machine machine = hypervisor.start(Workbench.machine(List.of(bench.bootDisk(), disk)));
    machine.detach(disk.volume(), BOOT); // at once: its firmware runs, and hears of nothing
    assertThat(machine.nodes().open()).doesNotContain(disk.top().id());
    try (Guest guest = Guest.connect(machine.channel(Guest.CHANNEL))) {
      guest.awaitReady(BOOT);
      guest.call("gone " + Workbench.name(disk) + " 10");
    }
  }

  @Test
  void guestThatPowersOffIsHeard() throws Exception {
    Machine machine = hypervisor.start(Workbench.machine(List.of(bench.bootDisk())));
    BlockingQueue<MachineEvent> events = new LinkedBlockingQueue<>();
    machine.listen(events::add);
    try (Guest guest = Guest.connect(machine.channel(Guest.CHANNEL))) {
      guest.awaitReady(BOOT);
      guest.call("poweroff");
      assertThat(next(events)).isEqualTo(new MachineEvent.GuestShutDown());
      assertThat(next(events)).isEqualTo(new MachineEvent.Ended());
    }
    machine.shutDown(BOOT); // has happened
    assertThat(hypervisor.find(machine.id())).isEmpty();
  }

  @Test
  void guestThatDoesNotReactIsEndedAfterItsGrace() throws IOException {
    Machine machine = hypervisor.start(EMPTY);
    assertThatThrownBy(() -> hypervisor.start(EMPTY)).hasMessageContaining("runs already");
    assertThatThrownBy(() -> machine.channel("x")).hasMessageContaining("has no channel x");
    assertThat(machine.channel("c")).exists();
    assertThatThrownBy(() -> machine.freezeGuest(Duration.ofSeconds(1)))
        .hasMessageContaining("guest agent: no answer in time");
    long began = System.nanoTime();
    machine.shutDown(Duration.ofMillis(300));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    assertThat(hypervisor.running()).isEmpty();
  }

  @Test
  void machineTypeStaysUntilTheInstanceIsForgotten() throws IOException {
    Path file = directory.resolve(EMPTY.id().toString()).resolve("machine.json");
    hypervisor.start(EMPTY).kill();
    String newest = MachineTypes.newest(new Program("qemu-system-x86_64", "").locate());
    assertThat(Files.readString(file)).contains(newest);
    Files.writeString(file, Files.readString(file).replace(newest, "pc-i440fx-6.2"));
    hypervisor.start(EMPTY).kill();
    assertThat(Files.readString(file)).contains("pc-i440fx-6.2");
    hypervisor.forget(EMPTY.id());
    assertThat(file.getParent()).doesNotExist();
    hypervisor.forget(EMPTY.id()); // is forgotten already
  }

  @Test
  void staleMachineLeavesItsSuccessorAlone() throws IOException {
    Machine stale = hypervisor.start(EMPTY);
    stale.kill();
    hypervisor.start(EMPTY).close();
    stale.kill();
    stale.shutDown(BOOT);
    assertThat(hypervisor.find(EMPTY.id()).orElseThrow().status())
        .isEqualTo(new MachineStatus.Running());
  }

  @Test
  void machineWhoseStarterDiedBeforeItRanHasNotBegun() throws Exception {
    hypervisor.start(EMPTY).close();
    Path own = directory.resolve(EMPTY.id().toString());
    Path process = Path.of("/proc", Files.readString(own.resolve("pid")).strip(), "cmdline");
    List<String> command = List.of(Files.readString(process).split("\0"));
    hypervisor.find(EMPTY.id()).orElseThrow().kill();

    Files.createFile(own.resolve("starting"));
    try (var rendezvous = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      rendezvous.bind(UnixDomainSocketAddress.of(own.resolve("up")));
      Process _ = DetachedProcess.start(command).process();
      rendezvous.accept().close();
    }
    Machine machine = hypervisor.find(EMPTY.id()).orElseThrow();
    assertThat(machine.status()).isEqualTo(new MachineStatus.NotBegun());
    machine.resume();
    assertThat(machine.status()).isEqualTo(new MachineStatus.Running());
    assertThat(own.resolve("starting")).doesNotExist();
  }

  @Test
  void machineThatDoesNotAnswerCanBeKilled() throws Exception {
    hypervisor.start(EMPTY).close();
    // Somebody else has the one connection that QEMU serves.
    Path socket = directory.resolve(EMPTY.id().toString()).resolve("qmp");
    try (var _ = QmpClient.connect(socket, BOOT, IOException::new)) {
      var impatient = new QemuHypervisor(new QemuConfig(directory), Duration.ofMillis(300));
      Machine machine = impatient.find(EMPTY.id()).orElseThrow();
      assertThatThrownBy(machine::status)
          .isInstanceOf(MachineGoneException.class)
          .hasMessageContaining("runs but does not answer");
      machine.kill();
      assertThat(impatient.running()).isEmpty();
    }
  }

  @Test
  void pidOfAnotherProcessIsNotTakenForTheMachine() throws IOException {
    Path own = Files.createDirectories(directory.resolve(EMPTY.id().toString()));
    Files.writeString(own.resolve("pid"), ProcessHandle.current().pid() + "\n");
    assertThat(hypervisor.running()).isEmpty();
    assertThat(hypervisor.find(EMPTY.id())).isEmpty();
    assertThat(own.resolve("pid")).doesNotExist();
  }

  @Test
  void machineWhoseStarterDiedBeforeItsPidFileIsFound() throws IOException {
    hypervisor.start(EMPTY).close();
    Path own = directory.resolve(EMPTY.id().toString());
    Files.delete(own.resolve("pid"));
    assertThat(hypervisor.running()).isEmpty();
    Files.createFile(own.resolve("starting"));
    assertThat(hypervisor.running()).containsExactly(EMPTY.id());
  }

  @Test
  void whatCannotStartSaysWhy() throws IOException {
    LayerFile layer = bench.layer(Workbench.MIB);
    Files.writeString(layer.path(), "this is no qcow2 image");
    MachineSpec broken = Workbench.machine(List.of(Workbench.disk(0, layer)));
    assertThatThrownBy(() -> hypervisor.start(broken))
        .hasMessageStartingWith("machine " + broken.id() + " does not start: ")
        .hasMessageContaining("not in qcow2 format");
    assertThat(hypervisor.running()).isEmpty();

    var missing =
        new QemuHypervisor(new QemuConfig(directory, "no-qemu", "no-qsd", Accelerator.TCG));
    assertThatThrownBy(() -> missing.start(EMPTY))
        .hasMessage("there is no program no-qemu; on Debian install the package qemu-system-x86");
    assertThatThrownBy(() -> missing.openOffline(List.of(layer)))
        .hasMessageContaining(
            "no program no-qsd; on Debian install the package qemu-system-common");

    var deep = new QemuHypervisor(new QemuConfig(folder.resolve("x".repeat(60))));
    assertThatThrownBy(() -> deep.start(EMPTY)).hasMessageContaining("bytes, and Linux allows 107");
  }

  @Test
  void storageDaemonEndsWhenAtollIsKilled() throws Exception {
    String layer = bench.layer(Workbench.MIB).path().toString();
    try (var child = ChildJvm.run(directory.toString(), "offline", layer)) {
      child.await("done");
      ProcessHandle daemon = storageDaemon();
      child.signal("KILL");
      daemon.onExit().get(20, TimeUnit.SECONDS);
    }
  }

  private ProcessHandle storageDaemon() {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().command().orElse("").endsWith("qemu-storage-daemon"))
        .filter(p -> p.info().commandLine().orElse("").contains(directory.toString()))
        .findFirst()
        .orElseThrow();
  }
}
