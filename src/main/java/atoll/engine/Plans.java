package atoll.engine;

import static java.util.stream.Collectors.groupingBy;

import atoll.db.Database;
import atoll.db.Rehearsal;
import atoll.db.TaskTable.Queued;
import atoll.db.Transaction;
import atoll.model.Consistency;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.PointId;
import atoll.model.PointState;
import atoll.model.TaskKind;
import atoll.model.VolumeId;
import atoll.repository.Repository;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells what verbs would come to, without doing them: they are rehearsed on the database. */
public final class Plans {
  private final Database database;
  private final Repository repository;
  private final VolumeDriver driver;

  Plans(EngineParts parts) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.driver = parts.driver();
  }

  /**
   * What a verb would come to.
   *
   * @param freesRepositoryBytes what only it keeps on the repository's store; gone some time after
   * @param freesPrimaryBytes what volumes that it deletes have on primary storage
   * @param backsUpBytes what snapshots that it takes have to send to the repository, at most
   * @param pause how long guests would stand still, if that is known from the last time
   */
  public record Plan(
      long freesRepositoryBytes,
      long freesPrimaryBytes,
      long backsUpBytes,
      @Nullable Duration pause) {}

  /** What would be, as far as the database knows. */
  private record Outlook(
      Set<UUID> droppedPoints,
      List<Layer> droppedLayers,
      List<Layer> sent,
      @Nullable Duration pause) {}

  /**
   * Rehearses a deed of verbs of this engine.
   *
   * @throws RefusedException if it would be refused
   * @throws IOException if it would fail, or storage or repository cannot be asked
   */
  public Plan of(Rehearsal.Deed deed) throws IOException, InterruptedException {
    Outlook outlook = database.rehearse(deed, Plans::outlook);
    return new Plan(
        outlook.droppedPoints.isEmpty() ? 0 : repository.bytesOnlyIn(outlook.droppedPoints),
        allocatedBytes(outlook.droppedLayers),
        allocatedBytes(outlook.sent),
        outlook.pause);
  }

  private static Outlook outlook(Transaction tx) {
    var points = new HashSet<UUID>();
    var dropped = new ArrayList<Layer>();
    var takes = new LinkedHashSet<VolumeId>();
    for (Queued task : tx.tasks().queued()) {
      VolumeId volume = new VolumeId(task.subject());
      if (task.kind() == TaskKind.DROP_POINT && isBackedUp(tx, new PointId(task.subject()))) {
        points.add(task.subject());
      } else if (task.kind() == TaskKind.TEND && isDeleted(tx, volume)) {
        dropped.addAll(tx.layers().of(volume));
      } else if (task.kind() == TaskKind.BACK_UP && !task.urgent()) {
        takes.add(volume);
      }
    }
    List<Layer> sent =
        takes.stream()
            .flatMap(volume -> Chain.of(tx.layers().of(volume)).linked().stream())
            .toList();
    return new Outlook(points, dropped, sent, pause(tx, takes));
  }

  private static boolean isBackedUp(Transaction tx, PointId id) {
    return tx.points().find(id).filter(it -> it.state() == PointState.BACKED_UP).isPresent();
  }

  private static boolean isDeleted(Transaction tx, VolumeId id) {
    return tx.volumes().find(id).filter(it -> it.deletedAt() != null).isPresent();
  }

  /** Zero where no guest runs; null if one never stood still for this yet. */
  private static @Nullable Duration pause(Transaction tx, Set<VolumeId> volumes) {
    Duration longest = Duration.ZERO;
    for (VolumeId volume : volumes) {
      if (VolumeFacts.read(tx, volume).running()) {
        var last = tx.points().last(volume);
        if (last.isEmpty() || last.get().consistency() != Consistency.FILE_SYSTEM) {
          return null;
        }
        longest = longest.compareTo(last.get().frozen()) > 0 ? longest : last.get().frozen();
      }
    }
    return longest;
  }

  private long allocatedBytes(List<Layer> layers) throws IOException {
    long bytes = 0;
    for (List<Layer> ofOne : layers.stream().collect(groupingBy(Layer::volume)).values()) {
      VolumeId volume = ofOne.getFirst().volume();
      Set<LayerId> there = driver.list(volume);
      for (Layer layer : ofOne) {
        bytes += there.contains(layer.id()) ? driver.allocatedBytes(volume, layer.id()) : 0;
      }
    }
    return bytes;
  }
}
