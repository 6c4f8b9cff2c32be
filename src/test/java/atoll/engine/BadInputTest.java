package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.format.ImageFormat;
import atoll.format.qcow2.Qcow2Spec;
import atoll.format.qcow2.Qcow2Writer;
import atoll.hypervisor.qemu.Accelerator;
import atoll.hypervisor.qemu.QemuConfig;
import atoll.hypervisor.qemu.QemuHypervisor;
import atoll.model.Instance;
import atoll.model.InstanceStatus;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import atoll.objectstore.FaultyObjectStore.Fate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is broken or missing gets a clear error that says what to do; nothing is lost, nothing is
 * stuck.
 */
class BadInputTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    site =
        TestSite.open(
            folder.resolve("site"),
            new QemuHypervisor(
                new QemuConfig(
                    folder.resolve("run"), "no-such-qemu", "no-such-daemon", Accelerator.TCG)));
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private Volume imported(Path image, ImageFormat format) throws InterruptedException {
    Volume volume =
        engine.volumes().importImage(VolumeSpec.of(OWNER, "v", 4L * MIB), image, format);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return engine.volumes().get(volume.id());
  }

  private Path random() throws IOException {
    byte[] content = new byte[2 * MIB];
    new Random(1).nextBytes(content);
    return Files.write(folder.resolve("random.raw"), content);
  }

  private Snapshot backedUp(Volume volume) throws Exception {
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    return engine.snapshots().get(snapshot.id());
  }

  private Instance instanceWith(Volume volume) throws Exception {
    Instance instance = engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of()));
    engine.instances().attach(instance.id(), volume.id(), false);
    return instance;
  }

  @Test
  void aTruncatedImageIsNamedAndItsVolumeCanBeDeleted() throws Exception {
    Path image = folder.resolve("cut.qcow2");
    try (var writer =
        Qcow2Writer.create(
            image,
            Qcow2Spec.ofSize(2 * MIB),
            visitor -> visitor.visit(new Extent(0, MIB, Extent.Kind.DATA)))) {
      writer.write(0, ByteBuffer.wrap(new byte[MIB]));
      writer.finish(false);
    }
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(image) / 2);
    }
    Volume volume = imported(image, ImageFormat.QCOW2);
    assertThat(volume.status()).isEqualTo(VolumeStatus.ERROR);
    assertThat(volume.fault()).contains("cut.qcow2");
    assertThatThrownBy(
            () -> engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("in error")
        .hasMessageContaining("delete it");
    engine.volumes().delete(volume.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.island.list(volume.id())).isEmpty();
  }

  @Test
  void anImageThatIsNotThereIsRefusedAtOnce() {
    assertThatThrownBy(() ->
            engine
                .volumes()
                .importImage(
                    VolumeSpec.of(OWNER, "v", MIB), folder.resolve("none"), ImageFormat.RAW))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no image to read at")
        .hasMessageContaining("none");
  }

  @Test
  void aMissingQemuIsNamedWithItsPackageAndNothingIsStuck() throws Exception {
    Volume volume = imported(random(), ImageFormat.RAW);
    Instance instance = instanceWith(volume);
    assertThatThrownBy(() -> engine.instances().start(instance.id(), _ -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-qemu")
        .hasMessageContaining("qemu-system-x86");
    assertThat(engine.instances().get(instance.id()).status()).isEqualTo(InstanceStatus.STOPPED);
    engine.instances().delete(instance.id());
    assertThat(engine.volumes().get(volume.id()).status()).isEqualTo(VolumeStatus.AVAILABLE);
    backedUp(volume);
  }

  @Test
  void aDamagedPackIsNamedAndNothingHalfRestoredIsLeft() throws Exception {
    Snapshot snapshot = backedUp(imported(random(), ImageFormat.RAW));
    damagePacks();
    Volume volume =
        engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "c", 4L * MIB), snapshot.id());
    Instance instance = instanceWith(volume);
    assertThatThrownBy(() -> engine.instances().start(instance.id(), _ -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("packs/");
    assertThat(engine.instances().get(instance.id()).status()).isEqualTo(InstanceStatus.STOPPED);
    assertThat(site.island.list(volume.id())).isEmpty();
    engine.instances().delete(instance.id());
    engine.volumes().delete(volume.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
  }

  private void damagePacks() throws IOException {
    List<Path> packs;
    try (Stream<Path> found = Files.walk(folder.resolve("site/repository/packs"))) {
      packs = found.filter(Files::isRegularFile).toList();
    }
    assertThat(packs).isNotEmpty();
    for (Path pack : packs) {
      byte[] bytes = Files.readAllBytes(pack);
      for (int i = 100; i < bytes.length; i += 1000) {
        bytes[i] ^= 1;
      }
      Files.write(pack, bytes);
    }
  }

  @Test
  void aFullStoreMakesTheBackupWaitAndThenGoOn() throws Exception {
    Volume volume = imported(random(), ImageFormat.RAW);
    site.store.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), Duration.ofSeconds(1))).isFalse();
    assertThat(engine.snapshots().get(snapshot.id()).state())
        .isNotInstanceOf(SnapshotState.BackedUp.class);
    assertThat(engine.tasks()).anyMatch(task -> task.fault() != null);
    site.store.follow(_ -> Fate.PASS);
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
  }

  @Test
  void wrongStatesAreRefusedWithTheWayOut() throws Exception {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB));
    Instance instance = instanceWith(volume);
    Instance other = engine.instances().create(new InstanceSpec(OWNER, "j", 64, 1, List.of()));
    assertThatThrownBy(() -> engine.instances().attach(other.id(), volume.id(), false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(instance.id().toString())
        .hasMessageContaining("detach it");
    assertThatThrownBy(() -> engine.volumes().delete(volume.id()))
        .hasMessageContaining("detach it from instance " + instance.id());
    engine.instances().detach(volume.id());
    assertThatThrownBy(() -> engine.instances().detach(volume.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("attached to nothing");
  }
}
