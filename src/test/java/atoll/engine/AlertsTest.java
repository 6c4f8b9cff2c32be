package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.format.ImageFormat;
import atoll.model.Alert;
import atoll.model.AlertKind;
import atoll.model.Snapshot;
import atoll.model.Volume;
import atoll.objectstore.FaultyObjectStore.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person hears of, from when to when. */
@OnBothDatabases
class AlertsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;

  @BeforeEach
  void open() throws IOException {
    open(TestSite.SETTINGS);
  }

  private void open(EngineSettings settings) throws IOException {
    site = TestSite.open(folder.resolve("site"), new NoMachines(), settings, Steps.NONE);
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private List<Alert> alerts() {
    return site.engine.alerts().list();
  }

  private Volume volume() throws IOException, InterruptedException {
    Path image = Files.write(folder.resolve("image"), new byte[MIB]);
    Volume volume =
        site.engine.volumes().importImage(VolumeSpec.of(OWNER, "v", MIB), image, ImageFormat.RAW);
    assertThat(site.engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return volume;
  }

  private Snapshot take(Volume volume) throws IOException, InterruptedException {
    return site.engine
        .snapshots()
        .take(TakeRequest.of(OWNER, "s", List.of(volume.id())))
        .getFirst();
  }

  @Test
  void aFailingBackupIsToldWithItsCauseUntilItSucceeds() throws Exception {
    Volume volume = volume();
    site.store.follow(_ -> Fate.FAIL);
    Snapshot snapshot = take(volume);
    Eventually.await(() -> !alerts().isEmpty() && alerts().getFirst().times() > 2);
    assertThat(alerts())
        .singleElement()
        .satisfies(alert -> {
          assertThat(alert.kind()).isEqualTo(AlertKind.BACKUP_FAILING);
          assertThat(alert.subject()).isEqualTo(volume.id().value());
          assertThat(alert.message()).contains("fault: FAIL");
          assertThat(alert.updatedAt()).isAfter(alert.raisedAt());
        });
    site.store.follow(_ -> Fate.PASS);
    assertThat(site.engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    Eventually.await(() -> alerts().isEmpty());
  }

  @Test
  void aDismissedAlertStaysAwayUntilItIsRaisedAnew() throws Exception {
    Volume volume = volume();
    site.store.follow(_ -> Fate.FAIL);
    Snapshot snapshot = take(volume);
    Eventually.await(() -> !alerts().isEmpty());
    site.engine.alerts().dismiss(alerts().getFirst().id());
    assertThat(alerts()).isEmpty();
    close(); // and it stays away over a restart that finds the store still failing
    open();
    site.store.follow(_ -> Fate.FAIL);
    Eventually.await(() -> site.engine.tasks().stream().anyMatch(task -> task.attempts() > 0));
    assertThat(alerts()).isEmpty();
    site.store.follow(_ -> Fate.PASS);
    assertThat(site.engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    site.store.follow(_ -> Fate.FAIL);
    Volume other = volume();
    Snapshot _ = take(other);
    Eventually.await(() -> !alerts().isEmpty());
    assertThat(alerts().getFirst().subject()).isEqualTo(other.id().value());
    site.store.follow(_ -> Fate.PASS);
  }

  @Test
  void lowSpaceIsToldBeforeAnybodyIsRefused() throws Exception {
    close();
    open(TestSite.SETTINGS.withMarks(1L << 60, 1L << 20));
    Eventually.await(() -> !alerts().isEmpty());
    assertThat(alerts().getFirst().kind()).isEqualTo(AlertKind.SPACE_LOW);
    assertThat(alerts().getFirst().subject()).isEqualTo(Alert.HOST);
    close();
    open();
    Eventually.await(() -> alerts().isEmpty());
  }

  @Test
  void thereIsNoSuchAlert() {
    assertThatThrownBy(() -> site.engine.alerts().dismiss(7))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("alert 7");
  }
}
