package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ProcessMark;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says on the store what a writer is writing, so that the collector spares what it has written and
 * what it refers to. One thread at a time.
 *
 * <p>Source: docs/repository-format.md, "Control objects" and "Order of writing".
 */
final class Lease {
  private final ObjectId id;
  private final RepositoryParts parts;
  private final LeaseJson content;
  private Instant renewAt;

  private Lease(ObjectId id, RepositoryParts parts, LeaseJson content) {
    this.id = id;
    this.parts = parts;
    this.content = content;
    this.renewAt = content.createdAt();
  }

  /** Takes a lease on writing a snapshot, perhaps from a parent's table. */
  static Lease take(
      ObjectId id,
      ObjectId writer,
      SnapshotRequest request,
      @Nullable PointerTable parent,
      RepositoryParts parts)
      throws IOException {
    Instant now = parts.clock().instant();
    var content =
        new LeaseJson(
            writer,
            request.id(),
            request.domain(),
            roots(parent),
            now,
            now.plus(parts.tuning().leaseLength()),
            ProcessMark.own());
    var lease = new Lease(id, parts, content);
    lease.renewIfDue();
    return lease;
  }

  /**
   * Reads a lease; nothing if there is none.
   *
   * @throws DamagedObjectException if it is not what was written
   */
  static @Nullable LeaseJson find(ObjectId id, RepositoryParts parts) throws IOException {
    String key = ObjectNames.lease(id);
    try {
      byte[] bytes = parts.objects().read(ObjectKind.LEASE, key, ObjectNames.leaseData(id));
      return Json.read(bytes, LeaseJson.class, key);
    } catch (NoSuchObjectException e) {
      return null;
    }
  }

  /** Whether the collector broke a lease. */
  static boolean isBroken(ObjectId id, RepositoryParts parts) throws IOException {
    return parts.store().exists(ObjectNames.broken(id));
  }

  private static List<LeaseJson.Root> roots(@Nullable PointerTable parent) {
    if (parent == null || parent.root() == null) {
      return List.of();
    }
    return List.of(new LeaseJson.Root(parent.depth(), ReferenceJson.of(parent.root())));
  }

  ObjectId id() {
    return id;
  }

  /** Writes the lease again if a third of its time is over. */
  void renewIfDue() throws IOException {
    Instant now = parts.clock().instant();
    if (now.isBefore(renewAt)) {
      return;
    }
    Duration length = parts.tuning().leaseLength();
    var renewed =
        new LeaseJson(
            content.writer(),
            content.snapshot(),
            content.domain(),
            content.roots(),
            content.createdAt(),
            now.plus(length),
            content.process());
    parts
        .objects()
        .write(
            ObjectKind.LEASE,
            ObjectNames.lease(id),
            parts.keys().repositoryKey(),
            ObjectNames.leaseData(id),
            Json.write(renewed));
    renewAt = now.plus(length.dividedBy(3));
  }

  /** Gives the lease up. */
  void release() throws IOException {
    parts.store().delete(ObjectNames.lease(id));
  }
}
