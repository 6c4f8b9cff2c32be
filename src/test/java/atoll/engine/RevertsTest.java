package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.format.BlockImage;
import atoll.format.ImageFormat;
import atoll.model.Backup;
import atoll.model.InstanceId;
import atoll.model.Layer;
import atoll.model.LayerStatus;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.objectstore.FaultyObjectStore.Call;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.FaultyObjectStore.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes get earlier content in place of their own. */
@OnBothDatabases
class RevertsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;
  private VolumeId volume;
  private VolumeId other;

  @BeforeEach
  void openWithTwoVolumes() throws Exception {
    open();
    volume = imported(1);
    other = imported(2);
  }

  private void open() throws IOException {
    site = TestSite.open(folder.resolve("site"), new NoMachines());
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private static byte[] content(int seed) {
    byte[] content = new byte[MIB];
    new Random(seed).nextBytes(content);
    return content;
  }

  private VolumeId imported(int seed) throws Exception {
    Path image = Files.write(folder.resolve("image-" + seed), content(seed));
    Volume made =
        engine.volumes().importImage(VolumeSpec.of(OWNER, "v", MIB), image, ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(made.id(), PATIENCE)).isTrue();
    return made.id();
  }

  private Snapshot taken(VolumeId of) throws Exception {
    return engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(of))).getFirst();
  }

  private Backup backup(VolumeId of) throws Exception {
    return engine.backups().create(of, new Backups.Spec(OWNER, "b", "", false));
  }

  private VolumeStatus status(VolumeId of) {
    return engine.volumes().get(of).status();
  }

  private void awaitIdle() throws InterruptedException {
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
  }

  private void assertHolds(VolumeId of, byte[] content) throws Exception {
    assertThat(engine.volumes().awaitMade(of, PATIENCE)).isTrue();
    assertThat(status(of)).isEqualTo(VolumeStatus.AVAILABLE);
    Backup now = backup(of);
    awaitIdle();
    try (BlockImage image = site.repository.open(now.point().value())) {
      var bytes = ByteBuffer.allocate((int) image.sizeBytes());
      image.read(0, bytes);
      assertThat(bytes.array()).isEqualTo(content);
    }
    engine.backups().delete(now.id());
  }

  private void assertNoLayersOf(VolumeId of) {
    List<Layer> layers = site.database.read(tx -> tx.layers().of(of));
    assertThat(layers).isEmpty();
  }

  @Test
  void aVolumeGoesBackToAnyOfItsSnapshots() throws Exception {
    Snapshot first = taken(volume);
    engine.reverts().restore(volume, backup(other).id());
    assertHolds(volume, content(2));
    Snapshot second = taken(volume);
    engine.reverts().revert(volume, first.id());
    assertHolds(volume, content(1));
    engine.reverts().revert(volume, second.id());
    assertHolds(volume, content(2));
    assertThat(engine.snapshots().list()).hasSize(2);
  }

  @Test
  void whatIsInTheRepositoryIsThereAtOnce() throws Exception {
    Snapshot first = taken(volume);
    Backup of = backup(other);
    awaitIdle();
    engine.reverts().restore(volume, of.id());
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(engine.volumes().get(volume).basePoint()).isEqualTo(of.point());
    engine.reverts().revert(volume, first.id());
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(engine.volumes().layers(volume)).isEmpty();
  }

  @Test
  void aMergeThatFailedIsInNobodysWay() throws Exception {
    Backup of = backup(other);
    awaitIdle();
    Layer layer = engine.volumes().layers(volume).getFirst();
    site.database.change(tx -> tx.layers().setStatus(layer.id(), LayerStatus.PULLING));
    engine.reverts().restore(volume, of.id());
    assertHolds(volume, content(2));
  }

  @Test
  void aVolumeThatWasExtendedKeepsItsSize() throws Exception {
    Snapshot first = taken(volume);
    engine.volumes().extend(volume, 2L * MIB);
    engine.reverts().revert(volume, first.id());
    assertHolds(volume, content(1)); // what lies beyond is not there, and reads as zeros
    assertThat(engine.volumes().get(volume).sizeBytes()).isEqualTo(2L * MIB);
  }

  @Test
  void itWaitsUntilItsSnapshotsAreInTheRepository() throws Exception {
    site.store.stop();
    Snapshot first = taken(volume);
    Backup of = backup(other);
    engine.reverts().restore(volume, of.id());
    assertThat(status(volume)).isEqualTo(VolumeStatus.RESTORING);
    assertThatThrownBy(() -> taken(volume)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> engine.reverts().revert(volume, first.id()))
        .isInstanceOf(RefusedException.class);
    InstanceId instance =
        engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    assertThatThrownBy(() -> engine.instances().attach(instance, volume, false))
        .isInstanceOf(RefusedException.class);
    site.close();
    open();
    assertHolds(volume, content(2));
    engine.reverts().revert(volume, first.id());
    assertHolds(volume, content(1));
  }

  @Test
  void aVolumeThatWaitsCanBeDeleted() throws Exception {
    site.store.stop();
    engine.reverts().restore(volume, backup(other).id());
    engine.volumes().delete(volume);
    site.store.resume();
    awaitIdle();
    assertThat(engine.volumes().list()).extracting(Volume::id).containsOnly(other);
    assertNoLayersOf(volume);
  }

  @Test
  void nothingIsLeftOfABackupThatWasBegunAndNothingNeedsAnyMore() throws Exception {
    site.store.follow(call -> writesManifest(call) ? Fate.FAIL : Fate.PASS);
    Backup of = backup(other);
    var begun = new AtomicBoolean();
    site.store.follow(call ->
        begun.get() || (writesManifest(call) && call.key().endsWith(of.point().toString()))
            ? Fate.FAIL
            : writesManifest(call) && begun.compareAndSet(false, true)
                ? Fate.LOSE_ANSWER
                : Fate.PASS);
    Snapshot dropped = taken(volume);
    Eventually.await(begun::get);
    engine.snapshots().delete(dropped.id());
    engine.reverts().restore(volume, of.id());
    site.store.follow(call -> writesManifest(call) ? Fate.FAIL : Fate.PASS);
    Eventually.await(() ->
        engine.tasks().stream()
            .noneMatch(
                task -> task.kind() == TaskKind.BACK_UP && task.subject().equals(volume.value())));
    assertThat(status(volume)).isEqualTo(VolumeStatus.RESTORING);
    site.store.follow(_ -> Fate.PASS);
    assertHolds(volume, content(2));
    awaitIdle();
    assertThat(site.repository.exists(dropped.point().value())).isFalse();
  }

  private static boolean writesManifest(Call call) {
    return call.operation() == Operation.PUT && call.key().startsWith("snapshots/");
  }

  @Test
  void aBackupOfWhatAVolumeHadBeforeIsNotWhatItHas() throws Exception {
    Backup of = backup(other);
    awaitIdle();
    VolumeId blank = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB)).id();
    awaitIdle();
    site.store.stop();
    Snapshot dropped = taken(blank); // which needs no layer, and so holds none
    site.store.awaitWaiting(1);
    engine.snapshots().delete(dropped.id());
    engine.reverts().restore(blank, of.id());
    assertThat(status(blank)).isEqualTo(VolumeStatus.AVAILABLE);
    site.store.resume();
    awaitIdle();
    assertHolds(blank, content(2));
    assertThat(site.repository.exists(dropped.point().value())).isFalse();
  }

  @Test
  void aVolumeWhoseWishIsLostKeepsWhatItHas() throws Exception {
    site.store.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Backup lost = backup(other);
    engine.reverts().restore(volume, lost.id());
    site.close(); // else an attempt that has the files open may succeed
    Files.move(
        folder.resolve("site/volumes").resolve(other.toString()), folder.resolve("elsewhere"));
    open();
    Eventually.await(() -> status(volume) == VolumeStatus.AVAILABLE);
    assertThat(engine.backups().get(lost.id()).state()).isInstanceOf(SnapshotState.Lost.class);
    assertThatThrownBy(() -> engine.reverts().restore(volume, lost.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("lost");
    Snapshot kept = taken(volume);
    assertThat(engine.snapshots().awaitBackedUp(kept.id(), PATIENCE)).isTrue();
    try (BlockImage image = site.repository.open(kept.point().value())) {
      var bytes = ByteBuffer.allocate(MIB);
      image.read(0, bytes);
      assertThat(bytes.array()).isEqualTo(content(1));
    }
  }

  @Test
  void aNewVolumeWhoseContentIsLostSaysSo() throws Exception {
    site.store.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Volume made =
        engine.volumes().createFromBackup(VolumeSpec.of(OWNER, "r", MIB), backup(other).id());
    site.close();
    Path layers = folder.resolve("site/volumes").resolve(other.toString());
    Files.move(layers, folder.resolve("elsewhere"));
    open();
    Eventually.await(() -> status(made.id()) == VolumeStatus.ERROR);
    assertThat(engine.volumes().get(made.id()).fault()).contains("there is no " + layers);
    Files.move(folder.resolve("elsewhere"), layers);
    Eventually.await(() -> status(made.id()) == VolumeStatus.AVAILABLE);
    assertThat(engine.volumes().get(made.id()).fault()).isNull();
    assertHolds(made.id(), content(2));
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    Snapshot foreign = taken(other);
    assertThatThrownBy(() -> engine.reverts().revert(volume, foreign.id()))
        .hasMessageContaining("is not of volume " + volume);
    Volume small = engine.volumes().create(VolumeSpec.of(OWNER, "small", 512));
    Backup large = backup(other);
    assertThatThrownBy(() -> engine.reverts().restore(small.id(), large.id()))
        .hasMessageContaining("extend it first");
    InstanceId instance =
        engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    engine.instances().attach(instance, volume, false);
    assertThatThrownBy(() -> engine.reverts().restore(volume, large.id()))
        .hasMessageContaining("detach it first");
  }

  @Test
  void nothingIsLeftOfWhatWasReplaced() throws Exception {
    Backup of = backup(other);
    engine.reverts().restore(volume, of.id());
    assertThat(engine.volumes().awaitMade(volume, PATIENCE)).isTrue();
    awaitIdle();
    engine.volumes().delete(other);
    engine.backups().delete(of.id());
    awaitIdle();
    assertThat(Objects.requireNonNull(engine.volumes().get(volume).basePoint()))
        .isEqualTo(of.point());
    assertThat(site.repository.exists(of.point().value())).isTrue();
    engine.volumes().delete(volume);
    awaitIdle();
    assertThat(site.repository.list().manifests()).isEmpty();
    assertNoLayersOf(volume);
  }
}
