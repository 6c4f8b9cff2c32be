package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

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

  SnapshotTable(Handle handle) {
    this.handle = handle;
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
    var listing =
        new Listing(handle, "snapshots", "s")
            .join(ContentState.COLUMNS, ContentState.joinedTo("s.point_id"))
            .where("s.deleted_at is null")
            .equal("s.project_id", filter.project())
            .equal("s.id", filter.id())
            .equal("s.name", filter.name())
            .equal("s.volume_id", filter.volume())
            .metadata("s.id", filter.metadata())
            .within("s.created_at", filter.created())
            .within("s.updated_at", filter.updated());
    if (filter.usable() != null) {
      listing.where("p.fault is " + (filter.usable() ? "null" : "not null"));
    }
    return listing.page(page, SnapshotTable::column, (row, _) -> snapshot(row));
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
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .equal("s.project_id", project)
        .usage("s.volume_size_bytes");
  }

  /** How many there are of a project's volumes of a type, and how large they are. */
  public Usage usage(ProjectId project, VolumeTypeId type) {
    return new Listing(handle, "snapshots", "s")
        .join("v.type_id", "join volumes v on v.id = s.volume_id")
        .where("s.deleted_at is null")
        .equal("s.project_id", project)
        .equal("v.type_id", type)
        .usage("s.volume_size_bytes");
  }

  /** How many there are of a volume that a project has, and how large they are. */
  public Usage usage(ProjectId project, VolumeId volume) {
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .equal("s.project_id", project)
        .equal("s.volume_id", volume)
        .usage("s.volume_size_bytes");
  }

  /** Gives those of a volume that a project has to another owner. */
  public void giveTo(VolumeId volume, ProjectId from, Owner to, Instant now) {
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
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .usageByProject("s.volume_size_bytes");
  }

  /** How many there are of a volume. */
  public long countOf(VolumeId volume) {
    return new Listing(handle, "snapshots", "s")
        .where("s.deleted_at is null")
        .equal("s.volume_id", volume)
        .usage("s.volume_size_bytes")
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
    return NamedRows.delete(handle, "snapshots", id, now);
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
