package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ImageFormat;
import atoll.format.vhd.VhdSpec;
import atoll.format.vhd.VhdWriter;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes and snapshots where no machine runs. */
@OnBothDatabases
class VolumesTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    site = TestSite.open(folder.resolve("site"), new NoMachines());
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private Path image(long seed, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return Files.write(folder.resolve("image-" + seed), content);
  }

  private Volume imported(long seed, int bytes) throws IOException, InterruptedException {
    Volume volume =
        engine
            .volumes()
            .importImage(
                VolumeSpec.of(OWNER, "imported", bytes), image(seed, bytes), ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return engine.volumes().get(volume.id());
  }

  private Snapshot snapshot(VolumeId volume) throws IOException, InterruptedException {
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume))).getFirst();
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    return engine.snapshots().get(snapshot.id());
  }

  private byte[] content(Snapshot snapshot) throws IOException {
    try (BlockImage image = site.repository.open(snapshot.point().value())) {
      var bytes = ByteBuffer.allocate((int) image.sizeBytes());
      image.read(0, bytes);
      return bytes.array();
    }
  }

  @Test
  void aNewVolumeHasNothingOnDisk() throws IOException {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", 5 * MIB));
    assertThat(volume.status()).isEqualTo(VolumeStatus.AVAILABLE);
    try (var files = Files.list(folder.resolve("site/volumes"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void sizesAreWholeSectors() {
    assertThat(engine.volumes().create(VolumeSpec.of(OWNER, "v", 1)).sizeBytes()).isEqualTo(512);
    assertThatThrownBy(() -> VolumeSpec.of(OWNER, "v", 0))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("64 TiB");
  }

  @Test
  void aSnapshotOfANewVolumeIsEmptyAndBacksUp() throws Exception {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB));
    Snapshot snapshot = snapshot(volume.id());
    assertThat(content(snapshot)).isEqualTo(new byte[(int) MIB]);
    assertThat(snapshot.volumeSizeBytes()).isEqualTo(MIB);
  }

  @Test
  void anImportedVolumeHasTheImagesContent() throws Exception {
    Volume volume = imported(1, (int) (3 * MIB + 512));
    assertThat(content(snapshot(volume.id())))
        .isEqualTo(Files.readAllBytes(folder.resolve("image-1")));
  }

  @Test
  void snapshotsOfAnUnchangedVolumeShareOnePoint() throws Exception {
    Volume volume = imported(2, (int) MIB);
    Snapshot first = snapshot(volume.id());
    long mutations = site.store.mutations();
    Snapshot second = snapshot(volume.id());
    assertThat(second.point()).isEqualTo(first.point());
    assertThat(site.store.mutations()).isEqualTo(mutations);
  }

  @Test
  void theLayersOfADetachedVolumeGoWhenItsContentIsInTheRepository() throws Exception {
    Volume volume = imported(3, (int) MIB);
    snapshot(volume.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.volumes().layers(volume.id())).isEmpty();
    assertThat(site.island.list(volume.id())).isEmpty();
    assertThat(content(snapshot(volume.id())))
        .isEqualTo(Files.readAllBytes(folder.resolve("image-3")));
  }

  @Test
  void setsOfSnapshotsAreTakenTogether() throws Exception {
    Volume one = imported(4, (int) MIB);
    Volume two = imported(5, (int) MIB);
    List<Snapshot> set =
        engine.snapshots().take(TakeRequest.of(OWNER, "set", List.of(one.id(), two.id())));
    assertThat(set).extracting(Snapshot::volume).containsExactly(one.id(), two.id());
    assertThat(set.get(0).set()).isNotNull().isEqualTo(set.get(1).set());
  }

  @Test
  void deletingInAnyOrderKeepsWhatOthersNeed() throws Exception {
    Volume volume = imported(6, (int) MIB);
    Snapshot first = snapshot(volume.id());
    Snapshot second = snapshot(volume.id());
    Volume clone = engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "c", MIB), first.id());
    engine.volumes().delete(volume.id());
    engine.snapshots().delete(first.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(content(second)).isEqualTo(Files.readAllBytes(folder.resolve("image-6")));
    engine.snapshots().delete(second.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.repository.exists(first.point().value())).isTrue();
    engine.volumes().delete(clone.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.repository.exists(first.point().value())).isFalse();
  }

  @Test
  void aDeletedVolumesWaitingSnapshotStillGetsToTheRepository() throws Exception {
    Volume volume = imported(7, (int) MIB);
    site.store.stop();
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    engine.volumes().delete(volume.id());
    assertThat(engine.snapshots().get(snapshot.id()).state())
        .isNotInstanceOf(SnapshotState.BackedUp.class);
    site.store.resume();
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    assertThat(content(engine.snapshots().get(snapshot.id())))
        .isEqualTo(Files.readAllBytes(folder.resolve("image-7")));
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.island.list(volume.id())).isEmpty();
  }

  @Test
  void aSnapshotDeletedBeforeItsBackupLeavesNothingBehind() throws Exception {
    Volume volume = imported(8, (int) MIB);
    site.store.stop();
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    engine.volumes().delete(volume.id());
    engine.snapshots().delete(snapshot.id());
    site.store.resume();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.island.list(volume.id())).isEmpty();
    assertThat(site.repository.list().manifests()).isEmpty();
  }

  @Test
  void aStoreThatFailsIsTriedAgainUntilItAnswers() throws Exception {
    Volume volume = imported(9, (int) MIB);
    var failures = new ArrayList<Long>();
    site.store.follow(call -> {
      if (call.operation().mutates() && failures.size() < 3) {
        failures.add(call.number());
        return atoll.objectstore.FaultyObjectStore.Fate.FAIL;
      }
      return atoll.objectstore.FaultyObjectStore.Fate.PASS;
    });
    Snapshot snapshot = snapshot(volume.id());
    assertThat(failures).hasSize(3);
    assertThat(content(snapshot)).isEqualTo(Files.readAllBytes(folder.resolve("image-9")));
  }

  @Test
  void workLeftAtACloseIsDoneAfterTheNextOpening() throws Exception {
    Volume volume = imported(10, (int) MIB);
    site.store.stop();
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    site.store.kill();
    site.close();
    open();
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    assertThat(content(engine.snapshots().get(snapshot.id())))
        .isEqualTo(Files.readAllBytes(folder.resolve("image-10")));
  }

  @Test
  void anImageThatIsNoneLeavesAVolumeInErrorThatSaysWhy() throws Exception {
    Volume volume =
        engine
            .volumes()
            .importImage(VolumeSpec.of(OWNER, "v", MIB), image(11, 100_000), ImageFormat.QCOW2);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    Volume failed = engine.volumes().get(volume.id());
    assertThat(failed.status()).isEqualTo(VolumeStatus.ERROR);
    assertThat(failed.fault()).contains("image-11").contains("magic");
    engine.volumes().delete(volume.id());
  }

  @Test
  void aVhdBecomesAVolume() throws Exception {
    Path file = folder.resolve("image.vhd");
    var content = new byte[3000];
    new Random(13).nextBytes(content);
    VhdSpec spec = VhdSpec.ofSize(MIB, UUID.randomUUID(), Instant.EPOCH);
    try (var writer = VhdWriter.create(file, spec, v -> v.visit(extent(5000, content.length)))) {
      writer.write(5000, ByteBuffer.wrap(content));
      writer.finish(false);
    }
    Volume volume =
        engine.volumes().importImage(VolumeSpec.of(OWNER, "v", 2 * MIB), file, ImageFormat.VHD);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    byte[] read = content(snapshot(volume.id()));
    assertThat(read).hasSize((int) (2 * MIB));
    assertThat(Arrays.copyOfRange(read, 5000, 8000)).isEqualTo(content);
  }

  private static Extent extent(long offset, long length) {
    return new Extent(offset, length, Extent.Kind.DATA);
  }

  @Test
  void anImageLargerThanItsVolumeIsRefused() throws Exception {
    Volume volume =
        engine
            .volumes()
            .importImage(VolumeSpec.of(OWNER, "v", 512), image(12, 1024), ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    assertThat(engine.volumes().get(volume.id()).fault()).contains("1024").contains("512");
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    var volume = new VolumeId(UUID.randomUUID());
    var snapshot = new SnapshotId(UUID.randomUUID());
    assertThatThrownBy(() -> engine.volumes().get(volume))
        .isInstanceOf(RefusedException.class)
        .hasMessage("there is no volume " + volume);
    assertThatThrownBy(() -> engine.snapshots().delete(snapshot))
        .hasMessage("there is no snapshot " + snapshot);
    assertThatThrownBy(() -> engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume))))
        .hasMessage("there is no volume " + volume);
  }

  @Test
  void aDeletedVolumeIsGoneForEveryVerb() {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB));
    engine.volumes().delete(volume.id());
    assertThatThrownBy(() -> engine.volumes().delete(volume.id()))
        .hasMessage("there is no volume " + volume.id());
    assertThatThrownBy(() -> engine.volumes().extend(volume.id(), 2 * MIB))
        .hasMessage("there is no volume " + volume.id());
  }

  @Test
  void volumesGrowAndDoNotShrink() throws Exception {
    Volume volume = imported(13, (int) MIB);
    Snapshot small = snapshot(volume.id());
    assertThat(engine.volumes().extend(volume.id(), 4 * MIB).sizeBytes()).isEqualTo(4 * MIB);
    assertThatThrownBy(() -> engine.volumes().extend(volume.id(), MIB))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("cannot be made smaller");
    assertThat(snapshot(volume.id()).volumeSizeBytes()).isEqualTo(4 * MIB);
    assertThatThrownBy(
            () -> engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "c", 512), small.id()))
        .hasMessageContaining("needs at least");
  }

  /** A snapshot that cannot be backed up: the repository answers nobody from now on. */
  private Snapshot takenWithoutRepository(Volume volume) throws Exception {
    site.store.stop();
    return engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
  }

  @Test
  void aVolumeOfASnapshotThatIsNotBackedUpYetWaitsForIt() throws Exception {
    Volume volume = imported(14, (int) MIB);
    Snapshot snapshot = takenWithoutRepository(volume);
    Volume clone =
        engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "c", MIB), snapshot.id());
    assertThat(clone.status()).isEqualTo(VolumeStatus.CREATING);
    engine.snapshots().delete(snapshot.id()); // it is needed all the same
    site.close();
    site = TestSite.open(folder.resolve("site"), new NoMachines());
    engine = site.engine;
    assertThat(engine.volumes().awaitMade(clone.id(), PATIENCE)).isTrue();
    assertThat(engine.volumes().get(clone.id()).basePoint()).isEqualTo(snapshot.point());
  }

  @Test
  void aVolumeThatWaitsForItsContentCanBeDeleted() throws Exception {
    Volume volume = imported(14, (int) MIB);
    Snapshot snapshot = takenWithoutRepository(volume);
    Volume clone =
        engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "c", MIB), snapshot.id());
    engine.volumes().delete(clone.id());
    engine.snapshots().delete(snapshot.id());
    site.store.resume();
    engine.volumes().delete(volume.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.repository.list().manifests()).isEmpty();
  }

  @Test
  void takesAreRefusedWhenPrimaryStorageIsNearlyFull() throws Exception {
    Volume volume = imported(15, (int) MIB);
    site.close();
    site =
        TestSite.open(
            folder.resolve("site"),
            new NoMachines(),
            TestSite.SETTINGS.withMarks(Long.MAX_VALUE, 64 << 20),
            Steps.NONE);
    assertThatThrownBy(
            () -> site.engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("free some space");
  }

  @Test
  void startingWithoutAHypervisorLeavesTheInstanceStopped() throws Exception {
    var instance = engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of()));
    assertThatThrownBy(() -> engine.instances().start(instance.id(), _ -> {}))
        .hasMessageContaining("starts no machines");
    assertThat(engine.instances().get(instance.id()).status())
        .isEqualTo(atoll.model.InstanceStatus.STOPPED);
    engine.instances().delete(instance.id());
  }
}
