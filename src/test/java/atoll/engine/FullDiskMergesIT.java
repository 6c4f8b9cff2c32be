package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.AlertKind;
import atoll.model.Instance;
import atoll.model.Snapshot;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges while not a byte is left on primary storage, and afterwards. */
class FullDiskMergesIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private Path storage;
  private IdleGuests guests;
  private TestSite site;
  private Engine engine;
  private Instance instance;
  private VolumeId volume;

  @BeforeEach
  void start() throws Exception {
    storage = folder.resolve("volumes");
    assumeTrue(Balloon.mount(storage, 64), "this user may not mount");
    guests = IdleGuests.in(folder);
    open(Long.MAX_VALUE);
    Volume made = engine.volumes().create(VolumeSpec.of(OWNER, "v", 16 * MIB));
    volume = made.id();
    instance = engine.instances().create(new InstanceSpec(OWNER, "i", 32, 1, List.of("c")));
    engine.instances().attach(instance.id(), volume, false);
    engine.instances().start(instance.id(), _ -> {});
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
  }

  private void open(long commitFromBytes) throws Exception {
    EngineSettings settings = TestSite.SETTINGS.withMarks(MIB, commitFromBytes);
    site = TestSite.open(folder, guests.hypervisor(), settings, Steps.NONE);
    engine = site.engine;
  }

  @AfterEach
  void end() throws Exception {
    if (site != null) {
      engine.instances().delete(instance.id());
      site.close();
      guests.close();
      Balloon.unmount(storage);
    }
  }

  private Snapshot take() throws Exception {
    return engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume))).getFirst();
  }

  private void io(String command) throws Exception {
    assertThat(guests.io(instance.id(), volume, command)).doesNotContain("failed");
  }

  /** Until the standby layer for the next take is there, which a full disk would prevent. */
  private void awaitTended() throws Exception {
    Eventually.await(() -> engine.tasks().stream().noneMatch(task -> task.kind() == TaskKind.TEND));
  }

  private boolean isTold(String what) {
    return engine.alerts().list().stream()
        .anyMatch(alert ->
            alert.kind() == AlertKind.MERGE_FAILING
                && alert.times() >= 3
                && alert.message().contains(what));
  }

  /**
   * Merges go into a layer that nothing was written to before. QEMU cannot write its tables, and
   * leaves it open for writing: what the next job, which ends well, puts into the tables stays in
   * memory.
   */
  @Test
  void aPullThatFailedOfAFullDiskEndsWhenThereIsRoom() throws Exception {
    site.store.stop();
    Snapshot _ = take();
    io("write -P 1 0 512k");
    Snapshot written = take();
    Snapshot _ = take();
    awaitTended();
    var balloon = new Balloon(storage);
    balloon.inflate();
    engine.snapshots().delete(written.id());
    Eventually.await(() -> isTold("job pull"));
    balloon.burst();
    site.store.resume();
    checkMerged();
  }

  @Test
  void aCommitThatFailedOfAFullDiskEndsWhenThereIsRoom() throws Exception {
    site.close();
    open(1);
    Snapshot _ = take();
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    site.store.stop();
    io("write -P 1 0 512k");
    Snapshot _ = take();
    awaitTended();
    var balloon = new Balloon(storage);
    balloon.inflate();
    site.store.resume();
    Eventually.await(() -> isTold("job commit"));
    balloon.burst();
    checkMerged();
  }

  private void checkMerged() throws Exception {
    assertThat(engine.awaitIdle(PATIENCE)).as("%s", engine.tasks()).isTrue();
    assertThat(engine.alerts().list()).isEmpty();
    assertThat(engine.volumes().layers(volume).size()).isLessThanOrEqualTo(Merge.LAYERS_AT_REST);
    io("read -P 1 0 512k");
  }
}
