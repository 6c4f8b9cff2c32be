package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.ImageFormat;
import atoll.model.Alert;
import atoll.model.InstanceId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.objectstore.FaultyObjectStore.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Primary storage loses what only it had, or what is in the repository too. */
class LostLayersTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    open(TestSite.SETTINGS);
  }

  private void open(EngineSettings settings) throws IOException {
    site = TestSite.open(folder.resolve("site"), new NoMachines(), settings, Steps.NONE);
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private Volume imported() throws IOException, InterruptedException {
    byte[] content = new byte[MIB];
    new Random(7).nextBytes(content);
    Path image = Files.write(folder.resolve("image"), content);
    Volume volume =
        engine.volumes().importImage(VolumeSpec.of(OWNER, "v", MIB), image, ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return volume;
  }

  private Snapshot taken(VolumeId volume) throws IOException, InterruptedException {
    return engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume))).getFirst();
  }

  /** A snapshot that is on primary storage only, which loses its layers. */
  private Snapshot lost() throws Exception {
    VolumeId volume = imported().id();
    site.store.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Snapshot snapshot = taken(volume);
    site.close(); // else an attempt that has the files open may succeed
    Files.move(layers(volume), folder.resolve("elsewhere"));
    open();
    Eventually.await(() -> state(snapshot) instanceof SnapshotState.Lost);
    return snapshot;
  }

  private Path layers(VolumeId volume) {
    return folder.resolve("site/volumes").resolve(volume.toString());
  }

  private SnapshotState state(Snapshot snapshot) {
    return engine.snapshots().get(snapshot.id()).state();
  }

  private VolumeStatus status(VolumeId volume) {
    return engine.volumes().get(volume).status();
  }

  @Test
  void whatIsLostSaysWhichFileAndIsUsedByNobody() throws Exception {
    Snapshot snapshot = lost();
    VolumeId volume = snapshot.volume();
    String file = layers(volume).toString();
    Eventually.await(() -> status(volume) == VolumeStatus.ERROR);
    assertThat(engine.volumes().get(volume).fault()).contains("there is no " + file);
    assertThat(((SnapshotState.Lost) state(snapshot)).fault()).contains("there is no " + file);
    Eventually.await(
        () -> engine.alerts().list().stream().map(Alert::message).allMatch(m -> m.contains(file)));
    assertThatThrownBy(() -> taken(volume)).hasMessageContaining(file);
    assertThatThrownBy(() ->
            engine.volumes().createFromSnapshot(VolumeSpec.of(OWNER, "w", MIB), snapshot.id()))
        .hasMessageContaining(file);
    InstanceId instance =
        engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    assertThatThrownBy(() -> engine.instances().attach(instance, volume, false))
        .hasMessageContaining(file);
  }

  @Test
  void whatIsPutBackGoesOn() throws Exception {
    Snapshot snapshot = lost();
    Eventually.await(() -> status(snapshot.volume()) == VolumeStatus.ERROR);
    Files.move(folder.resolve("elsewhere"), layers(snapshot.volume()));
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    Eventually.await(() -> status(snapshot.volume()) == VolumeStatus.AVAILABLE);
    assertThat(engine.volumes().get(snapshot.volume()).fault()).isNull();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
  }

  @Test
  void whatIsGivenUpLeavesNothingBehind() throws Exception {
    Snapshot snapshot = lost();
    engine.volumes().delete(snapshot.volume());
    engine.snapshots().delete(snapshot.id());
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
    assertThat(site.repository.list().manifests()).isEmpty();
    List<Volume> withLayers = site.database.read(tx -> tx.volumes().withLayers());
    assertThat(withLayers).isEmpty();
  }

  @Test
  void anInstanceLetsGoOfAVolumeThatIsLost() throws Exception {
    VolumeId volume = imported().id();
    InstanceId instance =
        engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    engine.instances().attach(instance, volume, false);
    Files.move(layers(volume), folder.resolve("elsewhere"));
    engine.instances().detach(volume);
    Eventually.await(() -> status(volume) == VolumeStatus.ERROR);
    engine.volumes().delete(volume);
    engine.instances().delete(instance);
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
  }

  @Test
  void aVolumeThatIsInTheRepositoryLosesNothing() throws Exception {
    site.close();
    open(TestSite.SETTINGS.withEvictDetached(false));
    VolumeId volume = imported().id();
    Snapshot snapshot = taken(volume);
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.volumes().layers(volume)).isNotEmpty();
    site.close();
    Files.move(layers(volume), folder.resolve("elsewhere"));
    open(TestSite.SETTINGS.withEvictDetached(false));
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(status(volume)).isEqualTo(VolumeStatus.AVAILABLE);
    assertThat(engine.volumes().layers(volume)).isEmpty();
    Snapshot again = taken(volume);
    assertThat(again.point()).isEqualTo(snapshot.point());
  }

  @Test
  void aDamagedLayerIsAsGoodAsNone() throws Exception {
    VolumeId volume = imported().id();
    try (var files = Files.list(layers(volume))) {
      Files.write(files.findFirst().orElseThrow(), new byte[100]);
    }
    site.close();
    open();
    Eventually.await(() -> status(volume) == VolumeStatus.ERROR);
    assertThat(engine.volumes().get(volume).fault()).contains("it is damaged");
  }
}
