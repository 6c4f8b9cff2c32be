package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.demo.Guest;
import atoll.hypervisor.BlockJob;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.LayerSwitch;
import atoll.hypervisor.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pull and commit, in a machine that is written to and without one: the content stays. */
final class LayerJobsIT {
  private static final Duration BOOT = Duration.ofSeconds(90);
  private static final long SIZE = 256 * Workbench.MIB;

  @TempDir Path folder;

  /**
   * 100 MiB of data in the base; the next layer discards half of it and writes a little; two more
   * write a little each; the guest writes to the top meanwhile.
   */
  @Test
  void pullAndCommitKeepContentAndHolesWhileTheGuestWrites() throws Exception {
    Workbench bench = Workbench.in(folder.resolve("layers"));
    LayerFile base = bench.layer(SIZE);
    bench.io(base, "write -P 0x11 0 100M");
    LayerFile second = bench.over(base);
    DiskSpec disk = Workbench.disk(1, base, second);
    String name = Workbench.name(disk);
    LayerFile copy;
    LayerFile top;

    try (var hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")));
        Machine machine = hypervisor.start(Workbench.machine(List.of(bench.bootDisk(), disk)));
        Guest guest = Guest.connect(machine.channel(Guest.CHANNEL))) {
      guest.awaitReady(BOOT);
      guest.call("discard " + name + " 10485760 52428800");
      guest.call("write " + name + " 73400320 65536 second");
      LayerFile third = take(bench, machine, second);
      guest.call("heartbeat start " + name + " 209715200 5");
      guest.call("write " + name + " 94371840 65536 third");
      guest.awaitBeats(3, BOOT);
      LayerFile fourth = take(bench, machine, third);
      copy = bench.copy(base, second, third);

      guest.awaitBeats(3, BOOT);
      BlockJob pull = machine.nodes().pull(third, base);
      LayerFile fifth = take(bench, machine, fourth); // a pull does not hinder
      assertThat(pull.await()).isTrue();
      assertThat(pull.progress()).isEqualTo(1);
      pull.cancel(); // ended already is fine
      assertThat(machine.nodes().open()).doesNotContain(second.id()).contains(base.id());
      Files.delete(second.path());
      guest.awaitBeats(3, BOOT);
      assertSame(copy, third);
      assertThat(Workbench.allocatedBytes(third)).isLessThan(2 * Workbench.MIB);

      copy = bench.copy(base, third, fourth);
      guest.awaitBeats(3, BOOT);
      BlockJob commit = machine.nodes().commit(fifth, fourth, base);
      assertThat(commit.await()).isTrue();
      assertThat(machine.nodes().open())
          .contains(base.id(), fifth.id())
          .doesNotContain(third.id(), fourth.id());
      Files.delete(third.path());
      Files.delete(fourth.path());
      guest.awaitBeats(3, BOOT);
      assertSame(copy, base);
      assertThat(Workbench.allocatedBytes(base)).isLessThan(52 * Workbench.MIB);

      top = take(bench, machine, fifth);
      assertThat(machine.nodes().top(disk.volume())).isEqualTo(top.id());
      guest.call("heartbeat stop");
      assertThat(guest.call("verify " + name + " 73400320 65536 second")).isEqualTo("same");
      machine.shutDown(Duration.ofMillis(100));
    }
    bench.io(
        top,
        "read -P 0x11 0 10M",
        "read -P 0 10M 50M",
        "read -P 0x11 60M 10M",
        "read -P 0x11 71M 19M",
        "read -P 0x11 91M 9M",
        "read -P 0 100M 100M");
  }

  /** QEMU keeps tables of what is open for writing in memory: they must be in the file by then. */
  @Test
  void whatACommitWroteSurvivesTheDeathOfQemu() throws Exception {
    Workbench bench = Workbench.in(folder.resolve("layers"));
    LayerFile base = bench.layer(SIZE);
    LayerFile second = bench.over(base);
    bench.io(second, "write -P 2 0 40M");
    LayerFile third = bench.over(second);
    DiskSpec disk = Workbench.disk(1, base);
    try (var hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")));
        Machine machine = hypervisor.start(Workbench.machine(List.of(bench.bootDisk(), disk)))) {
      for (LayerSwitch take :
          List.of(
              new LayerSwitch(base.id(), second.id()), new LayerSwitch(second.id(), third.id()))) {
        machine.nodes().open(take.overlay().equals(second.id()) ? second : third);
        machine.nodes().switchTo(List.of(take));
      }
      assertThat(machine.nodes().commit(third, second, base).await()).isTrue();
      machine.kill();
    }
    Files.delete(second.path());
    bench.io(third, "read -P 2 0 40M");
  }

  private static LayerFile take(Workbench bench, Machine machine, LayerFile top)
      throws IOException {
    LayerFile next = bench.over(top);
    machine.nodes().open(next);
    machine.nodes().switchTo(List.of(new LayerSwitch(top.id(), next.id())));
    return next;
  }

  @Test
  void storageDaemonPullsCommitsAndResizes() throws Exception {
    Workbench bench = Workbench.in(folder.resolve("layers"));
    LayerFile base = bench.layer(SIZE);
    bench.io(base, "write -P 1 0 40M");
    LayerFile second = bench.over(base);
    bench.io(second, "write -P 2 0 10M", "discard 20M 10M", "write -P 2 40M 200M");
    LayerFile third = bench.over(second);
    bench.io(third, "write -P 3 0 1M");
    LayerFile top = bench.over(third);
    bench.io(top, "write -P 4 39M 1M");
    LayerFile copy = bench.copy(base, second, third, top);

    try (var hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")));
        var chain = hypervisor.openOffline(List.of(base, second, third, top))) {
      assertThat(chain.nodes().open())
          .containsExactlyInAnyOrder(base.id(), second.id(), third.id(), top.id());
      Workbench.run("qemu-img", "check", top.path().toString()); // not even the top is locked
      BlockJob cancelled = chain.nodes().pull(third, base);
      cancelled.cancel();
      if (!cancelled.await()) { // else it was quicker than the cancel
        assertThat(chain.nodes().open()).contains(second.id());
      }
      assertThat(chain.nodes().pull(third, base).await()).isTrue();
      assertThat(chain.nodes().open()).containsExactlyInAnyOrder(base.id(), third.id(), top.id());
      assertThat(chain.nodes().pull(third, base).await()).isTrue(); // done already is fine
      assertThat(chain.nodes().commit(top, third, base).await()).isTrue();
      assertThat(chain.nodes().open()).containsExactlyInAnyOrder(base.id(), top.id());
      assertThatThrownBy(() -> chain.nodes().pull(third, base))
          .hasMessageContaining("layer 3 is not in the chain");
      Files.delete(second.path());
      Files.delete(third.path());
      assertThatThrownBy(() -> chain.nodes().top(Workbench.disk(1, base).volume()))
          .isInstanceOf(IOException.class);
    }
    assertSame(copy, top);
    assertThat(Workbench.allocatedBytes(base)).isLessThan(231 * Workbench.MIB);

    try (var hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")));
        var chain = hypervisor.openOffline(List.of(base, top))) {
      chain.nodes().resize(top.id(), 2 * SIZE);
    }
    bench.io(top, "read -P 4 39M 1M", "read -P 0 256M 256M");
    try (var left = Files.list(folder.resolve("run"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void chainThatCannotBeOpenedSaysWhy() throws IOException {
    Workbench bench = Workbench.in(folder.resolve("layers"));
    LayerFile base = bench.layer(SIZE);
    LayerFile broken = bench.over(base);
    Files.writeString(broken.path(), "this is no qcow2 image");
    try (var hypervisor = new QemuHypervisor(new QemuConfig(folder.resolve("run")))) {
      assertThatThrownBy(() -> hypervisor.openOffline(List.of(base, broken)))
          .isInstanceOf(QmpException.class)
          .hasMessageContaining("not in qcow2 format");
    }
  }

  private static void assertSame(LayerFile expected, LayerFile actual) throws IOException {
    Workbench.run(
        "qemu-img",
        "compare",
        "-f",
        "qcow2",
        "-F",
        "qcow2",
        expected.path().toString(),
        actual.path().toString());
  }
}
