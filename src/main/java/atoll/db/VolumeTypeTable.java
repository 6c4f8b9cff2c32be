package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;

import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Volume types. */
public final class VolumeTypeTable {
  private final Handle handle;

  VolumeTypeTable(Handle handle) {
    this.handle = handle;
  }

  /** All, the newest first. */
  public List<VolumeType> list() {
    return handle
        .createQuery("select * from volume_types order by created_at desc, id")
        .map((row, _) -> type(row))
        .list();
  }

  /** The type. */
  public Optional<VolumeType> find(VolumeTypeId id) {
    return handle
        .createQuery("select * from volume_types where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> type(row))
        .findOne();
  }

  /** The type of that name. */
  public Optional<VolumeType> named(String name) {
    return handle
        .createQuery("select * from volume_types where name = :name")
        .bind("name", name)
        .map((row, _) -> type(row))
        .findOne();
  }

  private static VolumeType type(ResultSet row) throws SQLException {
    return new VolumeType(
        VolumeTypeId.of(row.getString("id")),
        row.getString("name"),
        row.getString("description"),
        row.getInt("is_public") == 1,
        instant(row, "created_at"),
        instantOrNull(row, "updated_at"));
  }
}
