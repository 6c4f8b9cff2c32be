package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Backup;
import atoll.model.Message;
import atoll.model.MessageFilter;
import atoll.model.MessageId;
import atoll.model.MessageKind;
import atoll.model.Page;
import atoll.model.Point;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells users of what failed in the background, where no call could.
 *
 * <p>{@link Alerts} are for who runs the host, say what was seen there, and end when it does. A
 * message is for the project that owns the thing, says no more than which, and stays for thirty
 * days. It is left in the transaction that records the failure, once for each.
 */
public final class Messages {
  private static final Duration KEPT = Duration.ofDays(30);

  private final Database database;
  private final InstantSource clock;

  Messages(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /** In a transaction that puts a volume in error. */
  static void aboutVolume(Transaction tx, MessageKind kind, Volume volume, Instant now) {
    leave(tx, volume.owner().project(), kind, volume.id().value(), now);
  }

  /**
   * In a transaction that records that a point cannot be read, and could be before; before those
   * that wait for it are told.
   */
  static void pointIsLost(Transaction tx, PointId point, Instant now) {
    for (Volume one : tx.volumes().awaiting(point)) {
      MessageKind kind = ofAwaiting(one);
      if (kind != null) {
        aboutVolume(tx, kind, one, now);
      }
    }
    for (Snapshot one : tx.snapshots().of(point)) {
      leave(tx, one.owner().project(), MessageKind.SNAPSHOT_LOST, one.id().value(), now);
    }
    for (Backup one : tx.backups().of(point)) {
      leave(tx, one.owner().project(), MessageKind.BACKUP_LOST, one.id().value(), now);
    }
  }

  /** What its owner is told of a volume that waits for a point that is lost. */
  private static @Nullable MessageKind ofAwaiting(Volume volume) {
    return switch (volume.status()) {
      case CREATING -> MessageKind.VOLUME_LOST;
      case REVERTING -> MessageKind.REVERT_FAILED;
      case RESTORING -> MessageKind.RESTORE_FAILED;
      case AVAILABLE, ATTACHING, IN_USE, DETACHING, RESERVED, AWAITING_TRANSFER, ERROR -> null;
    };
  }

  /** In a transaction that records that what waits of a volume did not reach the repository. */
  static void backupsFail(Transaction tx, VolumeId volume, Instant now) {
    for (Point point : tx.points().waiting(volume)) {
      for (Backup one : tx.backups().of(point.id())) {
        leave(tx, one.owner().project(), MessageKind.BACKUP_FAILING, one.id().value(), now);
      }
    }
  }

  private static void leave(
      Transaction tx, ProjectId project, MessageKind kind, UUID subject, Instant now) {
    tx.messages().deleteExpired(now);
    tx.messages()
        .insert(
            new Message(
                new MessageId(UUID.randomUUID()), project, kind, subject, now, now.plus(KEPT)));
  }

  /**
   * The message.
   *
   * @throws RefusedException if there is none, or it has expired
   */
  public Message get(MessageId id) {
    return database.read(tx -> read(tx, id));
  }

  private Message read(Transaction tx, MessageId id) {
    return tx.messages()
        .find(id, clock.instant())
        .orElseThrow(() -> new RefusedException(new Refusal.NotFound("message", id.toString())));
  }

  /**
   * A page of the messages that fit a filter.
   *
   * @throws RefusedException if there is no message of the page's marker
   */
  public List<Message> list(MessageFilter filter, Page<MessageFilter.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null) {
        Message _ = read(tx, new MessageId(marker));
      }
      return tx.messages().list(filter, page, clock.instant());
    });
  }

  /**
   * Removes a message.
   *
   * @throws RefusedException if there is none, or it has expired
   */
  public void delete(MessageId id) {
    database.change(tx -> {
      Message message = read(tx, id);
      tx.messages().delete(message.id());
    });
  }
}
