package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.BackupFigures;
import atoll.model.Consistency;
import atoll.model.Layer;
import atoll.model.LayerStatus;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site with 1,000 volumes of three layers and 10,000 snapshots starts again; how long it takes
 * until it can be used is printed.
 */
class BigSiteIT {
  private static final int VOLUMES = 1000;
  private static final int SNAPSHOTS = 10;
  private static final long SIZE_BYTES = 1 << 20;
  private static final EngineSettings SETTINGS = TestSite.SETTINGS.withEvictDetached(false);

  @TempDir Path folder;
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

  @Test
  void startsAgain() throws Exception {
    try (var site = open()) {
      for (int i = 0; i < VOLUMES; i++) {
        makeVolume(site, "v" + i);
      }
    }
    long start = System.nanoTime();
    try (var site = open()) {
      System.out.printf(
          "start of %d volumes and %d snapshots: %d ms%n",
          VOLUMES, VOLUMES * SNAPSHOTS, (System.nanoTime() - start) / 1_000_000);
      assertThat(site.engine.volumes().list()).hasSize(VOLUMES);
      assertThat(site.engine.snapshots().list()).hasSize(VOLUMES * SNAPSHOTS);
      assertThat(site.engine.awaitIdle(Duration.ofMinutes(2))).isTrue();
      System.out.printf(
          "until nothing is left to do: %d ms%n", (System.nanoTime() - start) / 1_000_000);
      assertThat(site.engine.alerts().list()).isEmpty();
    }
  }

  private TestSite open() throws IOException {
    return TestSite.open(folder, new NoMachines(), SETTINGS, Steps.NONE);
  }

  private void makeVolume(TestSite site, String name) throws IOException {
    var id = new VolumeId(UUID.randomUUID());
    List<Layer> layers =
        site.database.write(tx -> {
          var points = new ArrayList<Point>();
          for (int i = 0; i < SNAPSHOTS; i++) {
            var point = new PointId(UUID.randomUUID());
            points.add(
                new Point(
                    point,
                    id,
                    tx.points().nextSequence(),
                    PointState.ON_PRIMARY,
                    SIZE_BYTES,
                    now,
                    false,
                    Consistency.CRASH,
                    Duration.ZERO,
                    null));
            tx.points().insert(points.getLast());
            tx.points().backedUp(point, new BackupFigures(0, 0, 0, 0, "digest"));
            tx.snapshots().insert(snapshot(id, point, name + "-" + i));
          }
          PointId last = points.getLast().id();
          tx.volumes().insert(volume(id, name, last));
          var made = new ArrayList<Layer>();
          for (PointId point : List.of(points.getFirst().id(), points.get(1).id(), last)) {
            var layer =
                new Layer(tx.layers().nextId(), id, LayerStatus.LINKED, SIZE_BYTES, point, 0, now);
            tx.layers().insert(layer);
            made.add(layer);
          }
          return made;
        });
    site.island.create(id, layers.get(0).id(), SIZE_BYTES, null);
    site.island.create(id, layers.get(1).id(), SIZE_BYTES, layers.get(0).id());
    site.island.create(id, layers.get(2).id(), SIZE_BYTES, layers.get(1).id());
  }

  private Volume volume(VolumeId id, String name, PointId base) {
    return new Volume(
        id,
        TestSite.OWNER,
        name,
        "",
        SIZE_BYTES,
        VolumeTraits.of(VolumeType.DEFAULT),
        VolumeStatus.AVAILABLE,
        null,
        null,
        null,
        base,
        null,
        null,
        now,
        now,
        null);
  }

  private Snapshot snapshot(VolumeId volume, PointId point, String name) {
    return new Snapshot(
        new SnapshotId(UUID.randomUUID()),
        volume,
        point,
        null,
        TestSite.OWNER,
        name,
        "",
        SIZE_BYTES,
        new SnapshotState.OnPrimary(now),
        now,
        now,
        now);
  }
}
