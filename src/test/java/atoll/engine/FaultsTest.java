package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.OnBothDatabases;
import atoll.format.ImageFormat;
import atoll.model.Instance;
import atoll.model.Snapshot;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that meet one another, and faults in their midst, where no machine runs. */
@OnBothDatabases
class FaultsTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;
  private volatile Steps steps = Steps.NONE;
  private volatile Runnable beforeInstant = () -> {};

  @BeforeEach
  void open() throws IOException {
    site =
        TestSite.open(
            folder.resolve("site"),
            new NoMachines(),
            TestSite.SETTINGS,
            step -> steps.passed(step),
            this::instant);
    engine = site.engine;
  }

  private Instant instant() {
    beforeInstant.run();
    return Instant.now();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private Instance instance() {
    return engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of()));
  }

  private Volume imported() throws IOException, InterruptedException {
    byte[] content = new byte[MIB];
    new Random(1).nextBytes(content);
    Path image = Files.write(folder.resolve("image"), content);
    Volume volume =
        engine.volumes().importImage(VolumeSpec.of(OWNER, "imported", MIB), image, ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return engine.volumes().get(volume.id());
  }

  private Snapshot take(Volume volume) throws IOException, InterruptedException {
    return engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume.id()))).getFirst();
  }

  /** Tries to start an instance, which fails where there are no machines; why it did. */
  private Exception start(Instance instance) {
    try {
      engine.instances().start(instance.id(), _ -> {});
      throw new AssertionError("started");
    } catch (IOException | InterruptedException | RuntimeException e) {
      return e;
    }
  }

  @Test
  void anInstanceDoesNotStartOnAVolumeThatIsBeingDetached() throws Exception {
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB));
    Instance instance = instance();
    engine.instances().attach(instance.id(), volume.id(), false);
    var why = new AtomicReference<@Nullable Exception>();
    steps =
        step -> {
          if (step == Step.DETACH_MARKED) {
            why.set(start(instance));
          }
        };
    engine.instances().detach(volume.id());
    assertThat(why.get())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("being attached or detached");
    assertThat(engine.volumes().get(volume.id()).status()).isEqualTo(VolumeStatus.AVAILABLE);
  }

  @Test
  void anInstanceThatStartsWaitsForATakeOfItsVolume() throws Exception {
    Volume volume = imported();
    Instance instance = instance();
    engine.instances().attach(instance.id(), volume.id(), false);
    Thread taker = Thread.currentThread();
    var asked = new AtomicInteger();
    var starter = new AtomicReference<@Nullable Thread>();
    beforeInstant =
        () -> {
          if (Thread.currentThread().equals(taker) && asked.incrementAndGet() == 2) {
            Thread thread = Thread.ofVirtual().start(() -> start(instance));
            starter.set(thread);
            join(thread, Duration.ofSeconds(1));
          }
        };
    take(volume);
    join(starter.get(), PATIENCE);
    assertThat(engine.volumes().layers(volume.id()).getLast().point())
        .as("the point that the layer handed to the machine ends with")
        .isNull();
  }

  private static void join(@Nullable Thread thread, Duration patience) {
    try {
      boolean _ = Objects.requireNonNull(thread).join(patience);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSnapshotDeletedWhileItsBackupIsCutOffLeavesNothingInTheRepository() throws Exception {
    Volume volume = imported();
    var attempts = new AtomicInteger();
    steps =
        step -> {
          if (step == Step.BACK_UP_WRITTEN && attempts.incrementAndGet() == 1) {
            engine.volumes().delete(volume.id());
            engine.snapshots().delete(engine.snapshots().list().getFirst().id());
            throw new IllegalStateException("cut off");
          }
        };
    take(volume);
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(attempts.get()).isEqualTo(1);
    assertThat(site.repository.list().manifests()).isEmpty();
  }

  @Test
  void anErrorInATaskDoesNotEndTheThreadsThatDoTasks() throws Exception {
    Volume volume = imported();
    var attempts = new AtomicInteger();
    steps =
        step -> {
          if (step == Step.BACK_UP_PINNED && attempts.incrementAndGet() <= 2) {
            throw new OutOfMemoryError("fault");
          }
        };
    Snapshot snapshot = take(volume);
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), Duration.ofSeconds(15)))
        .as("%s", engine.tasks())
        .isTrue();
  }
}
