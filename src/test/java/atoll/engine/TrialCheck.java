package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.model.AlertKind;
import atoll.model.Attachment;
import atoll.model.Backup;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.Volume;
import atoll.model.VolumeStatus;
import atoll.repository.CollectionListener;
import atoll.repository.CollectionReport;
import atoll.repository.CollectionRequest;
import atoll.repository.CollectorBusyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sees whether a {@link TrialSite} that was opened again holds what was promised. */
final class TrialCheck {
  private static final Duration PATIENCE = TestSite.PATIENCE;
  private static final int SNAPSHOTS_KEPT = 4;

  /** Of packs that are too small to be worth it. */
  private static final int SLACK_BYTES = 512 << 10;

  /** A guest whose file systems are frozen does not write. */
  private static final Duration THAW_PATIENCE = Duration.ofSeconds(20);

  /** How many regions are read by the guest; snapshots of its disk hold all. */
  private static final int REGIONS_READ = 4;

  private final TestSite site;
  private final Engine engine;
  private final InstanceId instance;
  private final Diary.Promises promises;

  TrialCheck(TestSite site, InstanceId instance, Diary.Promises promises) {
    this.site = site;
    this.engine = site.engine;
    this.instance = instance;
    this.promises = promises;
  }

  void run(boolean machinesMayHaveEnded) throws Exception {
    revive(machinesMayHaveEnded);
    checkNothingStuck();
    assertThat(engine.alerts().list())
        .allMatch(alert -> machinesMayHaveEnded && alert.kind() == AlertKind.MACHINE_ENDED);
    checkSnapshots();
    checkGuest();
    tidy();
    assertThat(engine.alerts().list()).isEmpty();
    checkNothingLeftOver();
    checkCollected();
  }

  /** A machine that died with the service is started again, as its owner would. */
  private void revive(boolean mayHaveEnded) throws IOException, InterruptedException {
    if (engine.instances().get(instance).status() == InstanceStatus.STOPPED) {
      assertThat(mayHaveEnded).as("the guest's machine has ended by itself").isTrue();
      engine.instances().start(instance, _ -> {});
    }
  }

  private void checkNothingStuck() throws InterruptedException {
    assertThat(engine.awaitIdle(PATIENCE)).as("tasks %s", engine.tasks()).isTrue();
    assertThat(engine.volumes().list())
        .extracting(Volume::status)
        .allMatch(status -> status == VolumeStatus.AVAILABLE || status == VolumeStatus.IN_USE);
    assertThat(engine.instances().list())
        .extracting(Instance::status)
        .allMatch(status -> status == InstanceStatus.RUNNING || status == InstanceStatus.STOPPED);
    assertThat(engine.instances().get(instance).status()).isEqualTo(InstanceStatus.RUNNING);
  }

  private void checkSnapshots() throws Exception {
    for (Map.Entry<SnapshotId, Map<Integer, String>> promise : promises.snapshots().entrySet()) {
      if (isDeleted(promise.getKey())) {
        continue; // by tidy, in an earlier round
      }
      Snapshot snapshot = engine.snapshots().get(promise.getKey());
      assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)).isTrue();
      try (BlockImage image = site.repository.open(snapshot.point().value())) {
        for (Map.Entry<Integer, String> region : promise.getValue().entrySet()) {
          long offset = (long) region.getKey() * TrialSite.REGION_BYTES;
          var bytes = ByteBuffer.allocate(TrialSite.REGION_BYTES);
          image.read(offset, bytes);
          assertThat(bytes.array())
              .as("region %s of snapshot %s", region, snapshot.id())
              .isEqualTo(Pattern.bytes(offset, TrialSite.REGION_BYTES, region.getValue()));
        }
      }
    }
  }

  private boolean isDeleted(SnapshotId id) {
    return engine.snapshots().list().stream().noneMatch(snapshot -> snapshot.id().equals(id));
  }

  private void checkGuest() throws IOException {
    try (Guest guest = TrialSite.connect(engine, instance)) {
      String _ = guest.call("state checked", THAW_PATIENCE);
      List<Map.Entry<Integer, String>> regions = List.copyOf(promises.regions().entrySet());
      int first = Math.max(0, regions.size() - REGIONS_READ);
      for (Map.Entry<Integer, String> region : regions.subList(first, regions.size())) {
        long offset = (long) region.getKey() * TrialSite.REGION_BYTES;
        assertThat(
                guest.call(
                    "verify vdb %d %d %s"
                        .formatted(offset, TrialSite.REGION_BYTES, region.getValue())))
            .as("region %s on the guest's disk", region)
            .isEqualTo("same");
      }
    }
  }

  /** Removes what the killed process would have removed, and old snapshots. */
  private void tidy() throws Exception {
    for (Attachment attachment : engine.instances().attachments(instance)) {
      if (attachment.slot() >= 2) {
        engine.instances().detach(attachment.volume());
      }
    }
    for (Instance other : engine.instances().list()) {
      if (!other.id().equals(instance)) {
        engine.instances().delete(other.id());
      }
    }
    for (Volume volume : engine.volumes().list()) {
      if (volume.status() == VolumeStatus.AVAILABLE) {
        engine.volumes().delete(volume.id());
      }
    }
    for (Backup backup : new EngineView(engine).backups()) {
      engine.backups().delete(backup.id());
    }
    List<Snapshot> snapshots = engine.snapshots().list();
    for (Snapshot old : snapshots.subList(0, Math.max(0, snapshots.size() - SNAPSHOTS_KEPT))) {
      engine.snapshots().delete(old.id());
    }
    assertThat(engine.awaitIdle(PATIENCE)).as("%s", engine.tasks()).isTrue();
  }

  private void checkNothingLeftOver() throws IOException {
    for (Volume volume : engine.volumes().list()) {
      List<Layer> layers = engine.volumes().layers(volume.id());
      assertThat(layers).hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1);
      var known =
          site.database.read(tx -> tx.layers().of(volume.id())).stream()
              .map(Layer::id)
              .collect(Collectors.toSet());
      assertThat(site.island.list(volume.id())).isEqualTo(known);
    }
    try (var folders = Files.list(site.folder.resolve("volumes"))) {
      assertThat(folders).hasSize(2);
    }
    var wanted = new HashSet<UUID>();
    engine.snapshots().list().forEach(snapshot -> wanted.add(snapshot.point().value()));
    engine.volumes().list().stream()
        .flatMap(volume -> Stream.ofNullable(volume.basePoint()))
        .forEach(point -> wanted.add(point.value()));
    assertThat(site.repository.list().manifests().stream().map(manifest -> manifest.id()))
        .allMatch(wanted::contains);
  }

  /** What backups and collections left that were killed goes, and what nothing needs. */
  private void checkCollected() throws Exception {
    CollectionReport report = collect();
    assertThat(report.writersAwaited()).as("writers").isZero();
    assertThat(sizes("leases/")).isEmpty();
    long bytes = sizes("packs/").stream().mapToLong(Long::longValue).sum();
    assertThat(bytes)
        .as("bytes of packs, of which %d are needed", report.bytesLive())
        .isLessThan(report.bytesLive() * 5 / 4 + SLACK_BYTES);
  }

  /** The engine may be collecting just now, too. */
  private CollectionReport collect() throws Exception {
    var request = new CollectionRequest(Set.of(), false, false, PATIENCE);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return site.repository.collect(request, CollectionListener.NONE);
      } catch (CollectorBusyException e) {
        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private List<Long> sizes(String prefix) throws IOException {
    var sizes = new ArrayList<Long>();
    site.store.list(prefix, (_, sizeBytes) -> sizes.add(sizeBytes));
    return sizes;
  }
}
