package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.BackupRecords;
import atoll.engine.Backups;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Backup;
import atoll.model.SnapshotState;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The calls that bring backups to a service which has their content in its repository and does not
 * know them. Source: Block Storage API v3, Backups.
 */
final class BackupRecordRoutes {
  /** What Cinder has the name of a driver for. */
  private static final String SERVICE = "atoll.repository";

  private static final int RECORD_MAX = 100_000;

  private final BackupRecords records;
  private final Backups backups;
  private final Things things;

  BackupRecordRoutes(BackupRecords records, Backups backups, Things things) {
    this.records = records;
    this.backups = backups;
    this.things = things;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/backups/{id}/export_record", Access.ADMIN, this::export);
    api.add(HttpMethod.POST, "/backups/import_record", Access.ADMIN, this::bringBack);
  }

  private Response export(Call call) {
    Backup backup = things.backup(call, backups);
    if (!(backup.state() instanceof SnapshotState.BackedUp)) {
      throw new HttpException(
          400,
          "Invalid backup: Backup status must be available and not %s."
              .formatted(BackupView.status(backup.state())));
    }
    var record = new LinkedHashMap<String, Object>();
    record.put("backup_service", SERVICE);
    record.put("backup_url", BackupRecordText.of(records.export(backup.id())));
    return Response.json(200, Map.of("backup-record", record));
  }

  private Response bringBack(Call call) throws IOException {
    Fields body = call.body("backup-record");
    String service = body.requiredText("backup_service", 1, Fields.NAME_MAX);
    String text = body.requiredText("backup_url", 1, RECORD_MAX);
    body.end();
    if (!service.equals(SERVICE)) {
      throw new HttpException(
          400,
          "Invalid input received: backups of %s cannot be imported, only those of %s."
              .formatted(service, SERVICE));
    }
    Backup backup = records.bringBack(BackupRecordText.parse(text), Things.owner(call));
    return Response.json(201, Map.of("backup", BackupView.summary(call, backup)));
  }
}
