package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.db.HoldingTable.Kind;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotFilter;
import atoll.model.SnapshotId;
import atoll.model.SnapshotSetId;
import atoll.model.Usage;
import atoll.model.VolumeId;
import atoll.model.VolumeTypeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots, also deleted ones. Their state is that of their point, and of the task that backs it
 * up.
 */
public final class SnapshotTable {
  private static final String SELECT =
      "select s.*, "
          + ContentState.COLUMNS
          + " from snapshots s "
          + ContentState.joinedTo("s.point_id");

  private final Handle handle;
  private final HoldingTable holdings;

  SnapshotTable(Handle handle) {
    this.handle = handle;
    this.holdings = new HoldingTable(handle);
  }

  /** Adds a snapshot; its state is that of its point. */
  public void insert(Snapshot snapshot) {
    handle
        .createUpdate(
            """
            insert into snapshots (id, volume_id, point_id, set_id, project_id, user_id, name, description,
              volume_size_bytes, scheduled_at, created_at, updated_at, deleted_at)
            values (:id, :volume, :point, :set, :project, :user, :name, :description,
              :size, :scheduled, :created, :updated, null)
            """)
        .bind("id", snapshot.id().toString())
        .bind("volume", snapshot.volume().toString())
        .bind("point", snapshot.point().toString())
        .bind("set", text(snapshot.set()))
        .bind("project", snapshot.owner().project().toString())
        .bind("user", snapshot.owner().user())
        .bind("name", snapshot.name())
        .bind("description", snapshot.description())
        .bind("size", snapshot.volumeSizeBytes())
        .bind("scheduled", micros(snapshot.scheduledAt()))
        .bind("created", micros(snapshot.createdAt()))
        .bind("updated", micros(snapshot.updatedAt()))
        .execute();
    addHeld(
        snapshot.owner().project().toString(),
        snapshot.volume().toString(),
        1,
        snapshot.volumeSizeBytes());
  }

  private void addHeld(String project, String volume, long things, long bytes) {
    String type =
        handle
            .createQuery("select type_id from volumes where id = :id")
            .bind("id", volume)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    holdings.add(Kind.SNAPSHOT, project, type, things, bytes);
  }

  /** Those of a volume are of another type from now on. */
  void retype(VolumeId volume, String before, String after) {
    handle
        .createQuery(
            """
            select project_id, count(*) as things, sum(volume_size_bytes) as bytes from snapshots
            where volume_id = :volume and deleted_at is null group by project_id
            """)
        .bind("volume", volume.toString())
        .map((row, _) ->
            Map.entry(
                row.getString("project_id"),
                new Usage(row.getLong("things"), row.getLong("bytes"))))
        .list()
        .forEach(held -> {
          Usage usage = held.getValue();
          holdings.add(Kind.SNAPSHOT, held.getKey(), before, -usage.count(), -usage.bytes());
          holdings.add(Kind.SNAPSHOT, held.getKey(), after, usage.count(), usage.bytes());
        });
  }

  /** The snapshot, deleted or not. */
  public Optional<Snapshot> find(SnapshotId id) {
    return handle
        .createQuery(SELECT + " where s.id = :id")
        .bind("id", id.toString())
        .map((row, _) -> snapshot(row))
        .findOne();
  }

  /** All that are not deleted, in the order of taking. */
  public List<Snapshot> list() {
    return handle
        .createQuery(SELECT + " where s.deleted_at is null order by s.created_at, s.id")
        .map((row, _) -> snapshot(row))
        .list();
  }

  /** Those of which something may be new since then, deleted ones too, and those of some ids. */
  public List<Snapshot> recent(Instant since, Collection<SnapshotId> ids) {
    return Recent.rows(handle, SELECT, "s", since, ids, (row, _) -> snapshot(row));
  }

  /** A page of those that are not deleted and fit a filter. */
  public List<Snapshot> list(SnapshotFilter filter, Page<SnapshotFilter.Key> page) {
    return fitting(filter)
        .join(ContentState.COLUMNS, ContentState.joinedTo("s.point_id"))
        .page(page, SnapshotTable::column, (row, _) -> snapshot(row));
  }

  /** How many that are not deleted fit a filter. */
  public long count(SnapshotFilter filter) {
    if (filter.equals(SnapshotFilter.of(filter.project()))) {
      return usage(filter.project()).count();
    }
    return filter.usable() != null && filter.usable()
        ? count(filter.withUsable(null)) - count(filter.withUsable(false)) // few are lost
        : fitting(filter).count();
  }

  private Listing fitting(SnapshotFilter filter) {
    var listing =
        new Listing(handle, "snapshots", "s")
            .where("s.deleted_at is null")
            .equal("s.project_id", filter.project())
            .equal("s.id", filter.id())
            .equal("s.name", filter.name())
            .equal("s.volume_id", filter.volume())
            .metadata("s.id", filter.metadata())
            .within("s.created_at", filter.created())
            .within("s.updated_at", filter.updated());
    if (filter.usable() != null) {
      if (filter.usable()) {
        listing.where("s.point_id not in (select id from points where fault is not null)");
      } else {
        listing.ledBy("points lost", "lost.fault is not null and lost.id = s.point_id");
      }
    }
    return listing;
  }

  private static String column(SnapshotFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case UPDATED_AT -> "updated_at";
      case NAME -> "name";
      case SIZE -> "volume_size_bytes";
      case VOLUME -> "volume_id";
      case ID -> "id";
    };
  }

  /** How many there are of a project, or of all, and how large they are. */
  public Usage usage(@Nullable ProjectId project) {
    return holdings.of(Kind.SNAPSHOT, project, null);
  }

  /** How many there are of a project's volumes of a type, and how large they are. */
  public Usage usage(ProjectId project, VolumeTypeId type) {
    return holdings.of(Kind.SNAPSHOT, project, type);
  }

  /** How many there are of a volume that a project has, and how large they are. */
  public Usage usage(ProjectId project, VolumeId volume) {
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .equal("s.project_id", project)
        .equal("s.volume_id", volume)
        .usage("1", "s.volume_size_bytes");
  }

  /** Gives those of a volume that a project has to another owner. */
  public void giveTo(VolumeId volume, ProjectId from, Owner to, Instant now) {
    Usage given = usage(from, volume);
    addHeld(from.toString(), volume.toString(), -given.count(), -given.bytes());
    addHeld(to.project().toString(), volume.toString(), given.count(), given.bytes());
    handle
        .createUpdate(
            """
            update snapshots set project_id = :project, user_id = :user, updated_at = :now
            where volume_id = :volume and project_id = :from and deleted_at is null
            """)
        .bind("volume", volume.toString())
        .bind("from", from.toString())
        .bind("project", to.project().toString())
        .bind("user", to.user())
        .bind("now", micros(now))
        .execute();
  }

  /** How many each project has, and how large they are. */
  public Map<ProjectId, Usage> usageByProject() {
    return holdings.byProject(Kind.SNAPSHOT);
  }

  /** How many there are of a volume. */
  public long countOf(VolumeId volume) {
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .equal("s.volume_id", volume)
        .count();
  }

  /** Records another name and description. */
  public void describe(SnapshotId id, String name, String description, Instant now) {
    NamedRows.describe(handle, "snapshots", id, name, description, now);
  }

  /** Those of a point that are not deleted. */
  public List<Snapshot> of(PointId point) {
    return handle
        .createQuery(
            SELECT + " where s.point_id = :point and s.deleted_at is null order by s.created_at")
        .bind("point", point.toString())
        .map((row, _) -> snapshot(row))
        .list();
  }

  /** Marks a snapshot deleted, if it is not yet. */
  public boolean delete(SnapshotId id, Instant now) {
    Optional<Snapshot> held = find(id);
    boolean deleted = NamedRows.delete(handle, "snapshots", id, now);
    if (deleted) {
      held.ifPresent(one ->
          addHeld(
              one.owner().project().toString(),
              one.volume().toString(),
              -1,
              -one.volumeSizeBytes()));
    }
    return deleted;
  }

  private static Snapshot snapshot(ResultSet row) throws SQLException {
    return new Snapshot(
        SnapshotId.of(row.getString("id")),
        VolumeId.of(row.getString("volume_id")),
        PointId.of(row.getString("point_id")),
        idOrNull(row, "set_id", SnapshotSetId::of),
        new Owner(ProjectId.of(row.getString("project_id")), row.getString("user_id")),
        row.getString("name"),
        row.getString("description"),
        row.getLong("volume_size_bytes"),
        ContentState.of(row),
        instant(row, "scheduled_at"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }
}
