package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Attachment;
import atoll.model.InstanceId;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Which volume is in which slot of which instance. */
public final class AttachmentTable {
  private final Handle handle;

  AttachmentTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds an attachment. */
  public void insert(Attachment attachment) {
    handle
        .createUpdate(
            """
            insert into attachments (volume_id, instance_id, slot, bootable, attached_at)
            values (:volume, :instance, :slot, :bootable, :attached)
            """)
        .bind("volume", attachment.volume().toString())
        .bind("instance", attachment.instance().toString())
        .bind("slot", attachment.slot())
        .bind("bootable", attachment.bootable() ? 1 : 0)
        .bind("attached", micros(attachment.attachedAt()))
        .execute();
  }

  /** Where a volume is attached. */
  public Optional<Attachment> of(VolumeId volume) {
    return handle
        .createQuery("select * from attachments where volume_id = :volume")
        .bind("volume", volume.toString())
        .map((row, _) -> attachment(row))
        .findOne();
  }

  /** Where some volumes are attached; nothing of those that are not. */
  public List<Attachment> of(Collection<VolumeId> volumes) {
    return volumes.isEmpty()
        ? List.of()
        : handle
            .createQuery("select * from attachments where volume_id in (<volumes>)")
            .bindList("volumes", volumes.stream().map(VolumeId::toString).toList())
            .map((row, _) -> attachment(row))
            .list();
  }

  /** What is attached to an instance, by slot. */
  public List<Attachment> of(InstanceId instance) {
    return handle
        .createQuery("select * from attachments where instance_id = :instance order by slot")
        .bind("instance", instance.toString())
        .map((row, _) -> attachment(row))
        .list();
  }

  /** Removes the attachment of a volume, if there is one. */
  public void delete(VolumeId volume) {
    handle
        .createUpdate("delete from attachments where volume_id = :volume")
        .bind("volume", volume.toString())
        .execute();
  }

  private static Attachment attachment(ResultSet row) throws SQLException {
    return new Attachment(
        VolumeId.of(row.getString("volume_id")),
        InstanceId.of(row.getString("instance_id")),
        row.getInt("slot"),
        row.getInt("bootable") == 1,
        instant(row, "attached_at"));
  }
}
