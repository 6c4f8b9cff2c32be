package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.PointId;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What a verb was about to do: if it fails, that may have happened or not, and nothing else. */
final class Doubt {
  private final Model model;
  private final Map<VolumeId, List<byte[]>> takes = new HashMap<>();
  private byte @Nullable [] created;
  private @Nullable Object deleted;
  private @Nullable VolumeId extended;
  private long extendedBytes;
  private @Nullable VolumeId reverted;
  private @Nullable PointId revertedTo;
  private byte[] revertedContent = {};

  Doubt(Model model) {
    this.model = model;
  }

  void clear() {
    takes.clear();
    created = null;
    deleted = null;
    extended = null;
    reverted = null;
  }

  /** A volume with this content is being made. */
  void creates(byte[] content) {
    created = content;
  }

  /** A volume or a snapshot is being deleted. */
  void deletes(Object id) {
    deleted = id;
  }

  void extendsTo(VolumeId volume, long sizeBytes) {
    extended = volume;
    extendedBytes = sizeBytes;
  }

  /** A volume is getting the content of a point. */
  void reverts(VolumeId volume, PointId to, byte[] content) {
    reverted = volume;
    revertedTo = to;
    revertedContent = content;
  }

  /** A snapshot of a volume is being taken, which may hold one of {@code contents}. */
  void takes(VolumeId volume, List<byte[]> contents) {
    takes.put(volume, contents);
  }

  /** A snapshot was taken. */
  void taken(Snapshot snapshot) {
    List<byte[]> contents = takes.get(snapshot.volume());
    assertThat(contents).as("a take of %s", snapshot).isNotNull();
    model.snapshots.put(snapshot.id(), new ArrayList<>(contents));
  }

  /** After a verb that failed: looks what of it has happened. */
  void settle(Engine engine) {
    settleVolumes(engine.volumes().list());
    settleRevert(engine);
    settleSnapshots(engine.snapshots().list());
  }

  private void settleVolumes(List<Volume> there) {
    var missing = new HashSet<>(model.volumes.keySet());
    for (Volume volume : there) {
      if (!missing.remove(volume.id())) {
        assertThat(created).as("unknown volume %s", volume).isNotNull();
        model.volumes.put(volume.id(), created);
      }
      if (volume.id().equals(extended) && volume.sizeBytes() == extendedBytes) {
        model.grow(volume.id(), extendedBytes);
      }
      assertThat(volume.sizeBytes()).as("size of %s", volume).isEqualTo(model.size(volume.id()));
    }
    for (VolumeId volume : missing) {
      assertThat(volume).as("volume that is gone").isEqualTo(deleted);
      model.volumes.remove(volume);
    }
  }

  private void settleRevert(Engine engine) {
    if (reverted == null) {
      return;
    }
    Volume volume = engine.volumes().get(reverted);
    boolean done =
        engine.volumes().layers(reverted).isEmpty()
            && Objects.equals(volume.basePoint(), revertedTo);
    if (done || Objects.equals(volume.awaitedPoint(), revertedTo)) {
      model.volumes.put(reverted, revertedContent);
    }
  }

  private void settleSnapshots(List<Snapshot> there) {
    var missing = new HashSet<>(model.snapshots.keySet());
    for (Snapshot snapshot : there) {
      if (!missing.remove(snapshot.id())) {
        taken(snapshot);
      }
    }
    for (SnapshotId snapshot : missing) {
      assertThat(snapshot).as("snapshot that is gone").isEqualTo(deleted);
      model.snapshots.remove(snapshot);
    }
  }

  /** What came of work in another thread. */
  static <T> T result(Future<T> work) throws Exception {
    try {
      return work.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
