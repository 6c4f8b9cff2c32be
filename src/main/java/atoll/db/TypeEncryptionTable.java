package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;
import static atoll.db.Columns.micros;

import atoll.model.VolumeTypeEncryption;
import atoll.model.VolumeTypeEncryption.Location;
import atoll.model.VolumeTypeEncryption.Spec;
import atoll.model.VolumeTypeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What was said of the encryption of volume types: at most one row each, which goes with it. */
public final class TypeEncryptionTable {
  private final Handle handle;

  TypeEncryptionTable(Handle handle) {
    this.handle = handle;
  }

  /** That of a type. */
  public Optional<VolumeTypeEncryption> find(VolumeTypeId type) {
    return handle
        .createQuery("select * from volume_type_encryption where type_id = :type")
        .bind("type", type.toString())
        .map((row, _) -> encryption(row))
        .findOne();
  }

  /** Adds that of a type without any. */
  public void insert(VolumeTypeId type, UUID id, Spec spec, Instant now) {
    handle
        .createUpdate(
            """
            insert into volume_type_encryption (type_id, id, provider, cipher, key_size_bits,
              control_location, created_at)
            values (:type, :id, :provider, :cipher, :keySize, :location, :now)
            """)
        .bind("type", type.toString())
        .bind("id", id.toString())
        .bind("provider", spec.provider())
        .bind("cipher", spec.cipher())
        .bind("keySize", spec.keySizeBits())
        .bind("location", spec.controlLocation().name())
        .bind("now", micros(now))
        .execute();
  }

  /** Says something else of a type's. */
  public void update(VolumeTypeId type, Spec spec, Instant now) {
    handle
        .createUpdate(
            """
            update volume_type_encryption set provider = :provider, cipher = :cipher,
              key_size_bits = :keySize, control_location = :location, updated_at = :now
            where type_id = :type
            """)
        .bind("type", type.toString())
        .bind("provider", spec.provider())
        .bind("cipher", spec.cipher())
        .bind("keySize", spec.keySizeBits())
        .bind("location", spec.controlLocation().name())
        .bind("now", micros(now))
        .execute();
  }

  /** Takes it back; false if there was none. */
  public boolean delete(VolumeTypeId type) {
    return handle
            .createUpdate("delete from volume_type_encryption where type_id = :type")
            .bind("type", type.toString())
            .execute()
        == 1;
  }

  private static VolumeTypeEncryption encryption(ResultSet row) throws SQLException {
    int keySizeBits = row.getInt("key_size_bits");
    boolean unsaid = row.wasNull();
    return new VolumeTypeEncryption(
        VolumeTypeId.of(row.getString("type_id")),
        UUID.fromString(row.getString("id")),
        new Spec(
            row.getString("provider"),
            row.getString("cipher"),
            unsaid ? null : keySizeBits,
            Location.valueOf(row.getString("control_location"))),
        instant(row, "created_at"),
        instantOrNull(row, "updated_at"));
  }
}
