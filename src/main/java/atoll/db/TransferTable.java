package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Page;
import atoll.model.ProjectId;
import atoll.model.Transfer;
import atoll.model.TransferFilter;
import atoll.model.TransferId;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Volumes that are offered to other projects. */
public final class TransferTable {
  private final Handle handle;

  TransferTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a transfer; there is at most one of a volume. */
  public void insert(Transfer transfer) {
    handle
        .createUpdate(
            """
            insert into transfers (id, volume_id, project_id, name, without_snapshots, salt, key_hash,
              created_at)
            values (:id, :volume, :project, :name, :without, :salt, :hash, :created)
            """)
        .bind("id", transfer.id().toString())
        .bind("volume", transfer.volume().toString())
        .bind("project", transfer.project().toString())
        .bind("name", transfer.name())
        .bind("without", transfer.withoutSnapshots() ? 1 : 0)
        .bind("salt", transfer.salt())
        .bind("hash", transfer.keyHash())
        .bind("created", micros(transfer.createdAt()))
        .execute();
  }

  /** The transfer. */
  public Optional<Transfer> find(TransferId id) {
    return handle
        .createQuery("select * from transfers where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> transfer(row))
        .findOne();
  }

  /** A page of those that fit a filter. */
  public List<Transfer> list(TransferFilter filter, Page<TransferFilter.Key> page) {
    return new Listing(handle, "transfers", "t")
        .equal("t.project_id", filter.project())
        .equal("t.name", filter.name())
        .equal("t.volume_id", filter.volume())
        .page(page, TransferTable::column, (row, _) -> transfer(row));
  }

  private static String column(TransferFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case NAME -> "name";
      case VOLUME -> "volume_id";
      case ID -> "id";
    };
  }

  /** Removes a transfer. */
  public void delete(TransferId id) {
    handle.createUpdate("delete from transfers where id = :id").bind("id", id.toString()).execute();
  }

  /** Removes the transfer of a volume, if there is one. */
  public void deleteOf(VolumeId volume) {
    handle
        .createUpdate("delete from transfers where volume_id = :volume")
        .bind("volume", volume.toString())
        .execute();
  }

  private static Transfer transfer(ResultSet row) throws SQLException {
    return new Transfer(
        TransferId.of(row.getString("id")),
        VolumeId.of(row.getString("volume_id")),
        ProjectId.of(row.getString("project_id")),
        row.getString("name"),
        row.getInt("without_snapshots") == 1,
        row.getString("salt"),
        row.getString("key_hash"),
        instant(row, "created_at"));
  }
}
