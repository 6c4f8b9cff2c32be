package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.OnBothDatabases;
import atoll.format.ImageFormat;
import atoll.model.Alert;
import atoll.model.AlertKind;
import atoll.model.Snapshot;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.objectstore.FaultyObjectStore.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine rids its repository of what nothing needs. */
@OnBothDatabases
class CollectionsTest {
  private static final int MIB = 1 << 20;
  private static final Duration NEVER = Duration.ofDays(1);
  private static final EngineSettings SOON =
      TestSite.SETTINGS.withCollecting(
          new EngineSettings.Collecting(Duration.ofMillis(100), NEVER, PATIENCE));

  @TempDir Path folder;

  private TestSite open(EngineSettings settings) throws IOException {
    return TestSite.open(folder.resolve("site"), new NoMachines(), settings, Steps.NONE);
  }

  private Volume volume(TestSite site) throws IOException, InterruptedException {
    var content = new byte[4 * MIB];
    new SplittableRandom(1).nextBytes(content);
    Path image = Files.write(folder.resolve("image"), content);
    Volume volume =
        site.engine
            .volumes()
            .importImage(VolumeSpec.of(OWNER, "v", content.length), image, ImageFormat.RAW);
    assertThat(site.engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return volume;
  }

  private static Snapshot backedUp(TestSite site, Volume volume)
      throws IOException, InterruptedException {
    Snapshot snapshot =
        site.engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
    assertThat(site.engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    assertThat(site.engine.awaitIdle(PATIENCE)).isTrue();
    return snapshot;
  }

  private static void deleteAll(TestSite site, Volume volume, Snapshot snapshot)
      throws IOException, InterruptedException {
    site.engine.snapshots().delete(snapshot.id());
    site.engine.volumes().delete(volume.id());
  }

  private static List<Task> collections(TestSite site) {
    return site.engine.tasks().stream().filter(t -> t.kind() == TaskKind.COLLECT).toList();
  }

  private static long bytes(TestSite site) throws IOException {
    return site.repository.stats().storedBytes();
  }

  @Test
  void whatDeletionPromisedIsFreed() throws Exception {
    try (var site = open(SOON)) {
      Volume volume = volume(site);
      Snapshot snapshot = backedUp(site, volume);
      assertThat(bytes(site)).isGreaterThan(4 * MIB);
      assertThat(collections(site)).hasSize(1); // a day after the backup
      deleteAll(site, volume, snapshot);
      Eventually.await(() -> collections(site).isEmpty());
      assertThat(bytes(site)).isZero();
    }
  }

  @Test
  void aCollectionThatIsDueLaterIsKeptOverARestart() throws Exception {
    try (var site = open(TestSite.SETTINGS)) {
      Volume volume = volume(site);
      deleteAll(site, volume, backedUp(site, volume));
      assertThat(site.engine.awaitIdle(PATIENCE)).isTrue();
      assertThat(collections(site)).hasSize(1);
    }
    try (var site = open(TestSite.SETTINGS)) {
      assertThat(collections(site)).hasSize(1);
      assertThat(bytes(site)).isGreaterThan(4 * MIB);
    }
  }

  @Test
  void aFailingStoreIsToldUntilTheCollectionSucceeds() throws Exception {
    try (var site = open(SOON)) {
      Volume volume = volume(site);
      Snapshot snapshot = backedUp(site, volume);
      site.store.follow(call ->
          call.key().startsWith("condemned/") || call.key().startsWith("collectors/")
              ? Fate.FAIL
              : Fate.PASS);
      deleteAll(site, volume, snapshot);
      Eventually.await(() -> !alerts(site).isEmpty());
      assertThat(alerts(site))
          .singleElement()
          .satisfies(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.COLLECTION_FAILING);
            assertThat(alert.subject()).isEqualTo(site.repository.id());
            assertThat(alert.message()).contains("fault: FAIL");
          });
      site.store.follow(_ -> Fate.PASS);
      Eventually.await(() -> alerts(site).isEmpty() && collections(site).isEmpty());
      assertThat(bytes(site)).isZero();
    }
  }

  /** Its manifest is gone, and no tombstone says why: what else cannot be seen? */
  @Test
  void nothingIsCollectedWhileABackupIsMissing() throws Exception {
    try (var site = open(SOON)) {
      Volume kept = volume(site);
      Snapshot lost = backedUp(site, kept);
      Path manifest = site.folder.resolve("repository/snapshots").resolve(lost.point().toString());
      byte[] content = Files.readAllBytes(manifest);
      Files.delete(manifest);
      Volume volume = volume(site);
      deleteAll(site, volume, backedUp(site, volume));
      Eventually.await(() -> !alerts(site).isEmpty());
      assertThat(alerts(site).getFirst().message()).contains(lost.point().toString());
      assertThat(bytes(site)).isGreaterThan(4 * MIB);
      Files.write(manifest, content);
      Eventually.await(() -> alerts(site).isEmpty());
    }
  }

  private static List<Alert> alerts(TestSite site) {
    return site.engine.alerts().list();
  }
}
