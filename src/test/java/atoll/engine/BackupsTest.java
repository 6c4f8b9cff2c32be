package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.format.BlockImage;
import atoll.format.ImageFormat;
import atoll.model.Backup;
import atoll.model.BackupFilter;
import atoll.model.Page;
import atoll.model.PointId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.TaskDetails;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and clones: points in time without a snapshot of their own. */
@OnBothDatabases
class BackupsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;
  private byte[] content;
  private Volume volume;

  @BeforeEach
  void open() throws Exception {
    site = TestSite.open(folder.resolve("site"), new NoMachines());
    engine = site.engine;
    content = new byte[MIB];
    new Random(1).nextBytes(content);
    Path image = Files.write(folder.resolve("image"), content);
    volume = engine.volumes().importImage(VolumeSpec.of(OWNER, "v", MIB), image, ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private static Backups.Spec named(String name) {
    return new Backups.Spec(OWNER, name, "", false);
  }

  private PointId base(Volume of) {
    return Objects.requireNonNull(engine.volumes().get(of.id()).basePoint());
  }

  private byte[] read(PointId point) throws IOException {
    try (BlockImage image = site.repository.open(point.value())) {
      var bytes = ByteBuffer.allocate((int) image.sizeBytes());
      image.read(0, bytes);
      return bytes.array();
    }
  }

  @Test
  void aBackupOutlivesItsVolumeAndSnapshots() throws Exception {
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    Backup backup = engine.backups().createFromSnapshot(snapshot.id(), named("b"));
    engine.snapshots().delete(snapshot.id());
    engine.volumes().delete(volume.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.backups().get(backup.id()).state())
        .isInstanceOf(SnapshotState.BackedUp.class);
    assertThat(read(backup.point())).isEqualTo(content);

    engine.backups().delete(backup.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(site.repository.exists(backup.point().value())).isFalse();
    assertThatThrownBy(() -> engine.backups().get(backup.id()))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void aVolumeOfABackupHasItsContent() throws Exception {
    Backup backup = engine.backups().create(volume.id(), named("b"));
    Volume restored =
        engine.volumes().createFromBackup(VolumeSpec.of(OWNER, "r", 2L * MIB), backup.id());
    engine.backups().delete(backup.id());
    assertThat(engine.volumes().awaitMade(restored.id(), PATIENCE)).isTrue();
    assertThat(read(base(restored))).isEqualTo(content);
  }

  @Test
  void aCloneHasTheContentOfItsSourceAndOutlivesIt() throws Exception {
    Volume clone = engine.volumes().createFromVolume(VolumeSpec.of(OWNER, "c", MIB), volume.id());
    assertThat(clone.source()).isEqualTo(volume.id());
    engine.volumes().delete(volume.id());
    assertThat(engine.volumes().awaitMade(clone.id(), PATIENCE)).isTrue();
    assertThat(read(base(clone))).isEqualTo(content);
    assertThat(engine.snapshots().list()).isEmpty();
  }

  @Test
  void aCloneOfWhatTheRepositoryHasIsThereAtOnce() throws Exception {
    Backup backup = engine.backups().create(volume.id(), named("b"));
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    Volume clone = engine.volumes().createFromVolume(VolumeSpec.of(OWNER, "c", MIB), volume.id());
    assertThat(clone.status()).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(clone.basePoint()).isEqualTo(backup.point());
  }

  @Test
  void theBackupThatAVolumeWaitsForIsUrgent() throws Exception {
    site.store.stop();
    engine.backups().create(volume.id(), named("b"));
    assertThat(urgent()).isEmpty();
    Volume clone = engine.volumes().createFromVolume(VolumeSpec.of(OWNER, "c", MIB), volume.id());
    assertThat(clone.status()).isEqualTo(VolumeStatus.CREATING);
    assertThat(urgent()).containsExactly(volume.id().value());
    site.store.resume();
    assertThat(engine.volumes().awaitMade(clone.id(), PATIENCE)).isTrue();
    assertThat(urgent()).isEmpty();
  }

  private List<UUID> urgent() {
    return engine.backlog().list(null).stream()
        .map(Backlog.Entry::details)
        .filter(TaskDetails::urgent)
        .map(details -> details.task().subject())
        .toList();
  }

  @Test
  void aBackupThatWaitsIsMadeAfterARestart() throws Exception {
    site.store.stop();
    Backup backup = engine.backups().create(volume.id(), named("b"));
    site.close();
    site = TestSite.open(folder.resolve("site"), new NoMachines());
    engine = site.engine;
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.backups().get(backup.id()).state())
        .isInstanceOf(SnapshotState.BackedUp.class);
    assertThat(read(backup.point())).isEqualTo(content);
  }

  @Test
  void listsComeInPages() throws Exception {
    for (int i = 0; i < 5; i++) {
      engine.backups().create(volume.id(), named("b" + i));
    }
    var order = List.of(new Page.Sort<>(BackupFilter.Key.NAME, false));
    List<Backup> first =
        engine.backups().list(BackupFilter.of(volume.id()), new Page<>(order, null, 0, 2));
    List<Backup> rest =
        engine
            .backups()
            .list(
                BackupFilter.of(volume.id()),
                new Page<>(order, first.getLast().id().value(), 0, 10));
    assertThat(first).extracting(Backup::name).containsExactly("b0", "b1");
    assertThat(rest).extracting(Backup::name).containsExactly("b2", "b3", "b4");
    assertThat(engine.backups().usage(OWNER.project()).count()).isEqualTo(5);
  }

  @Test
  void aVolumeSmallerThanItsSourceIsRefused() throws Exception {
    Backup backup = engine.backups().create(volume.id(), named("b"));
    var small = VolumeSpec.of(OWNER, "c", 512);
    assertThatThrownBy(() -> engine.volumes().createFromBackup(small, backup.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("needs at least");
    assertThatThrownBy(() -> engine.volumes().createFromVolume(small, volume.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("needs at least");
    assertThat(engine.volumes().list()).hasSize(1);
  }
}
