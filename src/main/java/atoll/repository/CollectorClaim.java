package atoll.repository;

import atoll.model.Undisturbed;
import atoll.objectstore.Host;
import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ProcessMark;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the store that a collector is at work, so that no other begins. Of two that begin at the
 * same moment none may go on. One thread.
 *
 * <p>Should two be at work all the same (one was suspended until its claim had ended), nothing is
 * lost: what each may remove was condemned, and outlived all leases, by itself.
 */
final class CollectorClaim implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CollectorClaim.class);

  /** How long a collector may be silent before another may begin. */
  static final Duration LENGTH = Duration.ofMinutes(5);

  /** So old it is written again. */
  private static final Duration RENEWAL = LENGTH.dividedBy(3);

  private final RepositoryParts parts;
  private final ObjectId id;
  private final Instant createdAt;
  private Instant renewAt;
  private Instant expiresAt;

  private CollectorClaim(RepositoryParts parts) {
    this.parts = parts;
    this.id = ObjectId.random(parts.random());
    this.createdAt = parts.clock().instant();
    this.renewAt = createdAt;
    this.expiresAt = createdAt.plus(LENGTH);
  }

  /**
   * Takes the claim.
   *
   * @throws CollectorBusyException if another collector has one
   */
  static CollectorClaim take(RepositoryParts parts) throws IOException {
    var claim = new CollectorClaim(parts);
    try {
      claim.awaitListings();
      if (claim.requireAlone()) {
        claim.await(parts.store().inFlightMax());
      }
      return claim;
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  /** Gives whether there was another that is dead: what it sent may still arrive. */
  private boolean requireAlone() throws IOException {
    boolean anyDead = false;
    for (ObjectId other : others()) {
      CollectorJson json;
      try {
        json = read(other);
      } catch (NoSuchObjectException e) {
        continue; // it ended meanwhile
      } catch (DamagedObjectException e) {
        LOG.warn("the claim of a collector cannot be read and is removed", e);
        parts.store().delete(ObjectNames.collector(other));
        continue;
      }
      boolean hasEnded = json.expiresAt().isBefore(parts.clock().instant());
      boolean isDead = json.isOfDeadProcess() || parts.ended().endOf(other) != null;
      if (!hasEnded && !isDead) {
        throw new CollectorBusyException(json.host(), json.createdAt(), json.expiresAt());
      }
      anyDead |= isDead;
      parts.store().delete(ObjectNames.collector(other));
    }
    return anyDead;
  }

  private List<ObjectId> others() throws IOException {
    var others = new ArrayList<ObjectId>();
    parts.store().list(ObjectNames.COLLECTORS, (key, _) -> others.add(ObjectNames.id(key)));
    others.remove(id);
    return others;
  }

  private CollectorJson read(ObjectId claim) throws IOException {
    String key = ObjectNames.collector(claim);
    byte[] data = ObjectNames.collectorData(claim);
    return Json.read(
        parts.objects().read(ObjectKind.COLLECTOR, key, data), CollectorJson.class, key);
  }

  private static String process() {
    return "process %d of host %s".formatted(ProcessHandle.current().pid(), Host.name());
  }

  /** What packs that the collector writes belong to. */
  ObjectId id() {
    return id;
  }

  /**
   * Writes the claim again if a third of its time is over.
   *
   * @throws IOException if all of it is over: another may be at work
   */
  void renewIfDue() throws IOException {
    requireLasting(null);
    Instant now = parts.clock().instant();
    if (now.isBefore(renewAt)) {
      return;
    }
    expiresAt = now.plus(LENGTH);
    var json = new CollectorJson(process(), createdAt, expiresAt, ProcessMark.own());
    parts
        .objects()
        .write(
            ObjectKind.COLLECTOR,
            ObjectNames.collector(id),
            parts.keys().repositoryKey(),
            ObjectNames.collectorData(id),
            Json.write(json));
    renewAt = now.plus(RENEWAL);
  }

  /**
   * Sees whether this is the only collector.
   *
   * @param trouble what it has met; no damage if another collector may have removed things
   * @throws IOException if its claim has ended: another may be at work
   */
  void requireLasting(@Nullable Exception trouble) throws IOException {
    if (parts.clock().instant().isAfter(expiresAt)) {
      throw new IOException(
          "the collector was silent until its claim ended at " + expiresAt, trouble);
    }
  }

  /**
   * Waits until all listings show what was put and deleted by now, which may take longer than a
   * claim lasts.
   */
  void awaitListings() throws IOException {
    await(parts.store().listingDelay());
  }

  /** Waits for so long, and keeps the claim. */
  void await(Duration length) throws IOException {
    Duration left = length;
    while (left.isPositive()) {
      renewIfDue();
      Duration step = left.compareTo(RENEWAL) < 0 ? left : RENEWAL;
      parts.pauses().pause(step);
      left = left.minus(step);
    }
    renewIfDue();
  }

  /** Gives the claim up; if that fails the next collector removes it. */
  @Override
  public void close() {
    parts.ended().add(id);
    try {
      Undisturbed.run(() -> parts.store().delete(ObjectNames.collector(id)));
    } catch (IOException e) {
      LOG.warn("the claim of this collector could not be removed and is left to the next", e);
    }
  }
}
