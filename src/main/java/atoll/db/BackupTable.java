package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.db.HoldingTable.Kind;
import atoll.model.Backup;
import atoll.model.BackupFilter;
import atoll.model.BackupId;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.SnapshotId;
import atoll.model.Usage;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Backups, also deleted ones. Their state is that of their point. */
public final class BackupTable {
  private final Handle handle;
  private final HoldingTable holdings;

  BackupTable(Handle handle) {
    this.handle = handle;
    this.holdings = new HoldingTable(handle);
  }

  /** Adds a backup; its state is that of its point. */
  public void insert(Backup backup) {
    handle
        .createUpdate(
            """
            insert into backups (id, volume_id, snapshot_id, point_id, project_id, user_id, name,
              description, size_bytes, incremental, created_at, updated_at, deleted_at)
            values (:id, :volume, :snapshot, :point, :project, :user, :name,
              :description, :size, :incremental, :created, :updated, null)
            """)
        .bind("id", backup.id().toString())
        .bind("volume", backup.volume().toString())
        .bind("snapshot", text(backup.snapshot()))
        .bind("point", backup.point().toString())
        .bind("project", backup.owner().project().toString())
        .bind("user", backup.owner().user())
        .bind("name", backup.name())
        .bind("description", backup.description())
        .bind("size", backup.volumeSizeBytes())
        .bind("incremental", backup.incremental() ? 1 : 0)
        .bind("created", micros(backup.createdAt()))
        .bind("updated", micros(backup.updatedAt()))
        .execute();
    addHeld(backup, 1, backup.volumeSizeBytes());
  }

  private void addHeld(Backup backup, long things, long bytes) {
    holdings.add(Kind.BACKUP, backup.owner().project().toString(), null, things, bytes);
  }

  private Listing living() {
    return new Listing(handle, "backups", "b")
        .join(ContentState.COLUMNS, ContentState.joinedTo("b.point_id"))
        .where("b.deleted_at is null");
  }

  /** The backup, unless it is deleted. */
  public Optional<Backup> find(BackupId id) {
    return living()
        .equal("b.id", id)
        .page(
            new Page<BackupFilter.Key>(List.of(), null, 0, 1),
            BackupTable::column,
            (row, _) -> backup(row))
        .stream()
        .findFirst();
  }

  /** Those of which something may be new since then, deleted ones too, and those of some ids. */
  public List<Backup> recent(Instant since, Collection<BackupId> ids) {
    String select =
        "select b.*, "
            + ContentState.COLUMNS
            + " from backups b "
            + ContentState.joinedTo("b.point_id");
    return Recent.rows(handle, select, "b", since, ids, (row, _) -> backup(row));
  }

  /** A page of those that are not deleted and fit a filter. */
  public List<Backup> list(BackupFilter filter, Page<BackupFilter.Key> page) {
    Listing listing =
        living()
            .equal("b.project_id", filter.project())
            .equal("b.name", filter.name())
            .equal("b.volume_id", filter.volume())
            .equal("b.snapshot_id", filter.snapshot());
    if (filter.stored() != null) {
      if (filter.stored()) {
        listing.where("b.point_id not in (select id from points where state = 'ON_PRIMARY')");
      } else {
        listing.ledBy("points due", "due.state = 'ON_PRIMARY' and due.id = b.point_id");
      }
    }
    return listing.page(page, BackupTable::column, (row, _) -> backup(row));
  }

  /** Those of a point that are not deleted. */
  public List<Backup> of(PointId point) {
    return living()
        .equal("b.point_id", point)
        .page(
            new Page<BackupFilter.Key>(List.of(), null, 0, Integer.MAX_VALUE),
            BackupTable::column,
            (row, _) -> backup(row));
  }

  private static String column(BackupFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case UPDATED_AT -> "updated_at";
      case NAME -> "name";
      case SIZE -> "size_bytes";
      case VOLUME -> "volume_id";
      case ID -> "id";
    };
  }

  /** How many there are of a project, or of all, and how large they are. */
  public Usage usage(@Nullable ProjectId project) {
    return holdings.of(Kind.BACKUP, project, null);
  }

  /** Records another name and description. */
  public void describe(BackupId id, String name, String description, Instant now) {
    NamedRows.describe(handle, "backups", id, name, description, now);
  }

  /** Marks a backup deleted, if it is not yet. */
  public boolean delete(BackupId id, Instant now) {
    Optional<Backup> held = find(id);
    boolean deleted = NamedRows.delete(handle, "backups", id, now);
    if (deleted) {
      held.ifPresent(backup -> addHeld(backup, -1, -backup.volumeSizeBytes()));
    }
    return deleted;
  }

  /** Removes the row of a deleted backup, so that there can be one of its id again. */
  public void forget(BackupId id) {
    handle
        .createUpdate("delete from backups where id = :id and deleted_at is not null")
        .bind("id", id.toString())
        .execute();
  }

  private static Backup backup(ResultSet row) throws SQLException {
    return new Backup(
        BackupId.of(row.getString("id")),
        VolumeId.of(row.getString("volume_id")),
        idOrNull(row, "snapshot_id", SnapshotId::of),
        PointId.of(row.getString("point_id")),
        new Owner(ProjectId.of(row.getString("project_id")), row.getString("user_id")),
        row.getString("name"),
        row.getString("description"),
        row.getLong("size_bytes"),
        row.getInt("incremental") == 1,
        ContentState.of(row),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }
}
