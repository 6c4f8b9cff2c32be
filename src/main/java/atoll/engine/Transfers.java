package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.Period;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotFilter;
import atoll.model.Transfer;
import atoll.model.TransferFilter;
import atoll.model.TransferId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Moves volumes from one project to another: one offers, whoever knows the key accepts.
 *
 * <p>A volume that is offered is AWAITING_TRANSFER exactly as long as its row in {@code transfers}
 * is there; both change in one transaction. Its content does not move: what was written before
 * stays sealed with the keys of the project it was written for, what is written later is sealed
 * with the new one's.
 */
public final class Transfers {
  private static final int KEY_BYTES = 8;
  private static final int SALT_BYTES = 8;
  private static final String HASH = "HmacSHA256";

  private final Database database;
  private final VolumeLocks locks;
  private final Quotas quotas;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  Transfers(EngineParts parts) {
    this.database = parts.database();
    this.locks = parts.locks();
    this.quotas = parts.quotas();
    this.clock = parts.clock();
  }

  /**
   * A transfer that was just made.
   *
   * @param key opens it; never seen again
   */
  public record Offer(Transfer transfer, String key) {}

  /** What came of an attempt to accept. */
  public sealed interface Acceptance {
    /** The volume belongs to who accepted it. */
    record Accepted(Transfer transfer) implements Acceptance {}

    /** The key was another one; nothing has changed. */
    record WrongKey() implements Acceptance {}
  }

  /**
   * Offers an available volume.
   *
   * @throws RefusedException if there is no such volume, it is not available, or one of the
   *     snapshots that are to go with it is lost
   */
  public Offer offer(VolumeId id, String name, boolean withoutSnapshots) {
    String key = hex(KEY_BYTES);
    String salt = hex(SALT_BYTES);
    try (var _ = locks.lock(id)) {
      return database.write(tx -> {
        Volume volume = Volumes.readLiving(tx, id);
        Instant now = clock.instant();
        if (!tx.volumes()
            .move(id, EnumSet.of(VolumeStatus.AVAILABLE), VolumeStatus.AWAITING_TRANSFER, now)) {
          throw wrongState(volume, "only an available volume can be offered");
        }
        if (!withoutSnapshots) {
          requireNoneLost(tx, volume);
        }
        var transfer =
            new Transfer(
                new TransferId(UUID.randomUUID()),
                id,
                volume.owner().project(),
                name,
                withoutSnapshots,
                salt,
                hash(salt, key),
                now);
        tx.transfers().insert(transfer);
        return new Offer(transfer, key);
      });
    }
  }

  private static void requireNoneLost(Transaction tx, Volume volume) {
    var lost =
        new SnapshotFilter(
            volume.owner().project(),
            null,
            null,
            volume.id(),
            false,
            Map.of(),
            Period.ANY,
            Period.ANY);
    List<Snapshot> found = tx.snapshots().list(lost, new Page<>(List.of(), null, 0, 1));
    if (!found.isEmpty()) {
      throw new RefusedException(
          new Refusal.WrongState(
              "snapshot",
              found.getFirst().id().toString(),
              "lost",
              "delete it, or offer the volume without its snapshots"));
    }
  }

  private static RefusedException wrongState(Volume volume, String wayOut) {
    return new RefusedException(
        new Refusal.WrongState("volume", volume.id().toString(), volume.status().name(), wayOut));
  }

  /**
   * The transfer.
   *
   * @throws RefusedException if there is none, be it that it was accepted
   */
  public Transfer get(TransferId id) {
    return database.read(tx -> read(tx, id));
  }

  private static Transfer read(Transaction tx, TransferId id) {
    return tx.transfers()
        .find(id)
        .orElseThrow(() -> new RefusedException(new Refusal.NotFound("transfer", id.toString())));
  }

  /**
   * A page of the transfers that fit a filter.
   *
   * @throws RefusedException if there is no transfer of the page's marker
   */
  public List<Transfer> list(TransferFilter filter, Page<TransferFilter.Key> page) {
    return database.read(tx -> {
      @Nullable UUID marker = page.marker();
      if (marker != null) {
        read(tx, new TransferId(marker));
      }
      return tx.transfers().list(filter, page);
    });
  }

  /**
   * Takes an offer back: the volume is available again.
   *
   * @throws RefusedException if there is no such transfer
   */
  public void withdraw(TransferId id) {
    try (var _ = locks.lock(get(id).volume())) {
      database.change(tx -> {
        Transfer transfer = read(tx, id);
        tx.transfers().delete(id);
        tx.volumes()
            .move(
                transfer.volume(),
                EnumSet.of(VolumeStatus.AWAITING_TRANSFER),
                VolumeStatus.AVAILABLE,
                clock.instant());
      });
    }
  }

  /**
   * Gives a volume to who knows the key, with its snapshots if they were offered, too.
   *
   * @throws RefusedException if there is no such transfer, or the project may not have so much
   */
  public Acceptance accept(TransferId id, String key, Owner to) {
    Transfer offered = get(id);
    if (!isKey(key, offered)) {
      return new Acceptance.WrongKey();
    }
    try (var _ = locks.lock(offered.volume())) {
      database.change(tx -> move(tx, read(tx, id), to));
    }
    return new Acceptance.Accepted(offered);
  }

  private void move(Transaction tx, Transfer transfer, Owner to) {
    Volume volume = Volumes.readLiving(tx, transfer.volume());
    ProjectId from = transfer.project();
    boolean changesProject = !from.equals(to.project());
    Instant now = clock.instant();
    if (changesProject) {
      quotas.requireVolume(tx, to.project(), volume.traits().type(), volume.sizeBytes());
    }
    if (!tx.volumes().giveTo(volume.id(), to, now)) {
      throw wrongState(volume, "it is offered no more");
    }
    if (!transfer.withoutSnapshots()) {
      if (changesProject) { // counted with the volume, which is the project's by now
        quotas.requireSnapshotsOf(
            tx, to.project(), volume.traits().type(), tx.snapshots().usage(from, volume.id()));
      }
      tx.snapshots().giveTo(volume.id(), from, to, now);
    }
    tx.transfers().delete(transfer.id());
  }

  private String hex(int bytes) {
    byte[] some = new byte[bytes];
    random.nextBytes(some);
    return HexFormat.of().formatHex(some);
  }

  private static boolean isKey(String key, Transfer transfer) {
    return MessageDigest.isEqual(bytes(hash(transfer.salt(), key)), bytes(transfer.keyHash()));
  }

  /** A key is random and long: one round of hashing is enough. */
  private static String hash(String salt, String key) {
    try {
      Mac mac = Mac.getInstance(HASH);
      mac.init(new SecretKeySpec(bytes(salt), HASH));
      return HexFormat.of().formatHex(mac.doFinal(bytes(key)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no " + HASH, e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
