package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.demo.Guest;
import atoll.hypervisor.BlockJob;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.LayerSwitch;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineStatus;
import atoll.model.LayerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One machine that is not restarted, and what can be done to its disks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QemuMachineIT {
  private static final Duration BOOT = Duration.ofSeconds(90);

  private Workbench bench;
  private QemuHypervisor hypervisor;
  private DiskSpec boot;
  private DiskSpec first;
  private DiskSpec second;
  private Machine machine;
  private Guest guest;

  @BeforeAll
  void boot(@TempDir Path folder) throws IOException {
    bench = Workbench.in(folder.resolve("layers"));
    hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")));
    boot = bench.bootDisk();
    first = Workbench.disk(1, bench.layer(64 * Workbench.MIB));
    second = Workbench.disk(2, bench.layer(64 * Workbench.MIB));
    long began = System.nanoTime();
    machine = hypervisor.start(Workbench.machine(List.of(boot, first, second)));
    Timings.report("start", began);
    guest = Guest.connect(machine.channel(Guest.CHANNEL));
    guest.awaitReady(BOOT);
    Timings.report("start to guest ready", began);
  }

  @AfterAll
  void end() throws IOException {
    if (machine != null) {
      machine.kill();
      hypervisor.close();
    }
  }

  @Test
  void runsAndSeesItsDisksByTheirSerialNumbers() throws IOException {
    assertThat(machine.status()).isEqualTo(new MachineStatus.Running());
    assertThat(guest.call("disks"))
        .contains(first.volume().toString().substring(0, 20) + " ")
        .endsWith(second.volume().toString().substring(0, 20));
  }

  @Test
  void switchesTwoDisksAtOneInstantWhileTheGuestWrites() throws IOException {
    var frozen = new ArrayList<List<LayerFile>>();
    var nanos = new ArrayList<Long>();
    LayerFile firstTop = first.top();
    LayerFile secondTop = second.top();
    guest.call(
        "heartbeat start %s,%s 0 5".formatted(Workbench.name(first), Workbench.name(second)));
    for (int take = 0; take < 20; take++) {
      guest.awaitBeats(2, BOOT);
      LayerFile firstNext = bench.over(firstTop);
      LayerFile secondNext = bench.over(secondTop);
      machine.nodes().open(firstNext);
      machine.nodes().open(secondNext);
      long began = System.nanoTime();
      machine
          .nodes()
          .switchTo(
              List.of(
                  new LayerSwitch(firstTop.id(), firstNext.id()),
                  new LayerSwitch(secondTop.id(), secondNext.id())));
      nanos.add(System.nanoTime() - began);
      frozen.add(List.of(firstTop, secondTop));
      firstTop = firstNext;
      secondTop = secondNext;
    }
    Timings.report("switch of two disks", nanos);
    guest.awaitBeats(2, BOOT);
    guest.call("heartbeat stop");
    assertThat(machine.nodes().top(first.volume())).isEqualTo(firstTop.id());
    assertThat(machine.nodes().top(second.volume())).isEqualTo(secondTop.id());
    for (List<LayerFile> pair : frozen) {
      // The guest writes to the first disk first.
      assertThat(beat(pair.getFirst()) - beat(pair.getLast())).isBetween(0L, 1L);
    }
  }

  private static long beat(LayerFile layer) throws IOException {
    String dump =
        Workbench.run(
            "qemu-io", "-r", "-f", "qcow2", "-c", "read -v 0 16", layer.path().toString());
    var beat = Pattern.compile("beat\\.([0-9]+)").matcher(dump);
    assertThat(beat.find()).as(dump).isTrue();
    return Long.parseLong(beat.group(1));
  }

  @Test
  void switchesAllDisksOrNone() throws IOException {
    LayerId firstTop = machine.nodes().top(first.volume());
    LayerId secondTop = machine.nodes().top(second.volume());
    LayerFile next = bench.layer(64 * Workbench.MIB);
    machine.nodes().open(next);
    var good = new LayerSwitch(firstTop, next.id());
    var bad = new LayerSwitch(secondTop, new LayerId(999));
    assertThatThrownBy(() -> machine.nodes().switchTo(List.of(good, bad)))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("layer-999");
    assertThat(machine.nodes().top(first.volume())).isEqualTo(firstTop);
    machine.nodes().close(next.id());
    machine.nodes().close(next.id()); // and not open too
    assertThat(machine.nodes().open()).doesNotContain(next.id());
  }

  /** A file that replaced one that is open would be written to by nobody. */
  @Test
  void aLayerThatIsOpenIsNotOpenedAgain() throws IOException {
    LayerFile layer = bench.layer(64 * Workbench.MIB);
    machine.nodes().open(layer);
    Path copy = layer.path().resolveSibling("copy");
    Files.copy(layer.path(), copy);
    Files.move(copy, layer.path(), StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> machine.nodes().open(layer))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("-" + layer.id());
    assertThat(machine.nodes().open()).contains(layer.id());
    machine.nodes().close(layer.id());
    bench.io(layer, "write -P 1 0 64k"); // nobody holds its lock: the file is closed too
  }

  /** A take may come at any moment of a pull: while it copies, ends, and after. */
  @Test
  void takesAndPullsSideBySide() throws Exception {
    LayerFile base = bench.layer(16 * Workbench.MIB);
    bench.io(base, "write -P 1 0 8M");
    LayerFile frozen = bench.over(base);
    LayerFile top = bench.over(frozen);
    DiskSpec disk = Workbench.disk(6, base, frozen, top);
    machine.attach(disk);
    guest.call("wait " + Workbench.name(disk) + " 10");
    guest.call("heartbeat start " + Workbench.name(disk) + " 0 0");
    for (int round = 0; round < 15; round++) {
      guest.awaitBeats(1, BOOT);
      LayerFile next = bench.over(top);
      machine.nodes().open(next);
      machine.nodes().switchTo(List.of(new LayerSwitch(top.id(), next.id())));
      BlockJob pull = machine.nodes().pull(top, base);
      LayerFile after = bench.over(next);
      machine.nodes().open(after);
      machine.nodes().switchTo(List.of(new LayerSwitch(next.id(), after.id())));
      assertThat(pull.await()).isTrue();
      assertThat(machine.nodes().open()).contains(base.id(), top.id(), next.id(), after.id());
      assertThat(machine.nodes().open()).doesNotContain(frozen.id());
      frozen = next;
      top = after;
    }
    guest.call("heartbeat stop");
    machine.detach(disk.volume(), BOOT);
  }

  @Test
  void plugsAndUnplugsADisk() throws IOException {
    LayerFile base = bench.layer(16 * Workbench.MIB);
    DiskSpec disk = Workbench.disk(7, base, bench.over(base));
    for (int round = 0; round < 2; round++) {
      long began = System.nanoTime();
      machine.attach(disk);
      Timings.report("attach", began);
      guest.call("wait " + Workbench.name(disk) + " 10");
      Timings.report("attach until the guest has it", began);
      assertThat(guest.call("write " + Workbench.name(disk) + " 0 4096 seed")).isEqualTo("4096");
      began = System.nanoTime();
      machine.detach(disk.volume(), BOOT);
      Timings.report("detach", began);
      assertThat(machine.nodes().open()).doesNotContain(base.id(), disk.top().id());
      assertThatThrownBy(() -> machine.nodes().top(disk.volume()))
          .hasMessageContaining("is no disk of this machine");
    }
    machine.detach(disk.volume(), BOOT); // is unplugged already
  }

  @Test
  void unplugsEvenADiskThatIsMounted() throws IOException {
    DiskSpec disk = Workbench.disk(8, bench.layer(16 * Workbench.MIB));
    machine.attach(disk);
    guest.call("wait " + Workbench.name(disk) + " 10");
    guest.call("mkfs " + Workbench.name(disk));
    guest.call("mount " + Workbench.name(disk) + " /mnt");
    machine.detach(disk.volume(), BOOT);
    assertThat(machine.nodes().open()).doesNotContain(disk.top().id());
    guest.call("umount /mnt");
  }

  @Test
  void diskThatTheGuestDoesNotLetGoOfIsClosedWhenItDoes() throws IOException {
    LayerFile base = bench.layer(16 * Workbench.MIB);
    DiskSpec disk = Workbench.disk(9, base);
    machine.attach(disk);
    guest.call("wait " + Workbench.name(disk) + " 10");
    command("stop"); // no CPU, no answer
    assertThat(machine.status()).isEqualTo(new MachineStatus.Paused("paused"));
    assertThatThrownBy(() -> machine.detach(disk.volume(), Duration.ofMillis(300)))
        .hasMessageContaining("has not let go of volume " + disk.volume());
    assertThat(machine.nodes().top(disk.volume())).isEqualTo(base.id());

    LayerFile over = bench.over(base); // life goes on
    machine.nodes().open(over);
    machine.nodes().switchTo(List.of(new LayerSwitch(base.id(), over.id())));
    machine.resume();
    guest.call("gone " + Workbench.name(disk) + " 10");
    machine.detach(disk.volume(), BOOT);
    assertThat(machine.nodes().open()).doesNotContain(base.id(), over.id());
  }

  @Test
  void diskThatCannotBePluggedLeavesNothingOpen() throws IOException {
    DiskSpec taken = Workbench.disk(first.slot(), bench.layer(Workbench.MIB));
    assertThatThrownBy(() -> machine.attach(taken))
        .isInstanceOf(QmpException.class)
        .hasMessageContaining("device_add");
    var missing = new LayerFile(new LayerId(998), Path.of("/no/such/layer"));
    DiskSpec broken = Workbench.disk(10, bench.layer(Workbench.MIB), missing);
    assertThatThrownBy(() -> machine.attach(broken)).hasMessageContaining("No such file");
    assertThat(machine.nodes().open())
        .doesNotContain(taken.top().id(), broken.chain().getFirst().id(), missing.id());
  }

  @Test
  void growsADiskUnderTheGuest() throws IOException {
    DiskSpec disk = Workbench.disk(11, bench.layer(16 * Workbench.MIB));
    machine.attach(disk);
    guest.call("wait " + Workbench.name(disk) + " 10");
    machine.nodes().resize(disk.top().id(), 32 * Workbench.MIB);
    assertThat(guest.call("disks"))
        .contains(":" + 32 * Workbench.MIB + ":" + disk.volume().toString().substring(0, 20));
    machine.detach(disk.volume(), BOOT);
  }

  @Test
  void keepsTheConsoleInARing() throws IOException {
    guest.call("sh echo hello console > /dev/console");
    var read = Json.object().put("device", "console").put("size", QemuCommandLine.CONSOLE_BYTES);
    machine.close();
    try (var qmp = connect()) {
      assertThat(qmp.execute("ringbuf-read", read).asString()).contains("hello console");
    }
    machine = hypervisor.find(machine.id()).orElseThrow();
  }

  /** Has QEMU execute what no method of a machine does. */
  private void command(String command) throws IOException {
    machine.close();
    try (var qmp = connect()) {
      qmp.execute(command);
    }
    machine = hypervisor.find(machine.id()).orElseThrow();
  }

  private QmpClient connect() throws IOException {
    Path socket = machine.channel(Guest.CHANNEL).resolveSibling("qmp");
    return QmpClient.connect(socket, BOOT, IOException::new);
  }

  @Test
  void freezesAndThawsTheGuest() throws IOException {
    for (int round = 0; round < 2; round++) {
      long began = System.nanoTime();
      var frozen = machine.freezeGuest(Duration.ofSeconds(20));
      Timings.report("freeze", began);
      assertThat(frozen.fileSystems()).isEqualTo(1);
      guest.call("sh rm -f /run/wrote; (echo x > /state/x; echo x > /run/wrote) >/dev/null 2>&1 &");
      assertThatThrownBy(() -> guest.call("sh sleep 0.3; cat /run/wrote; test -e /run/wrote"));
      began = System.nanoTime();
      frozen.close();
      Timings.report("thaw", began);
      guest.call("sh sleep 0.3; cat /run/wrote; test -e /run/wrote");
    }
  }

  @Test
  void guestThawsAtTheLimitAndWhoClosesLateIsTold() throws Exception {
    var frozen = machine.freezeGuest(Duration.ofMillis(1500));
    guest.call("sh i=0; while ! touch /state/x; do :; done", BOOT); // until it has thawed
    assertThatThrownBy(frozen::close).hasMessageContaining("had thawed before");
    frozen.close(); // closed already is fine
  }
}
