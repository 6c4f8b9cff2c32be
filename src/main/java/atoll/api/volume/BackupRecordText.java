package atoll.api.volume;

import atoll.api.openstack.Fields;
import atoll.engine.BackupRecords.Saved;
import atoll.http.HttpException;
import atoll.http.Json;
import atoll.model.BackupId;
import atoll.model.PointId;
import atoll.model.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** Backup records as they travel: JSON in Base64, which nobody but this service reads. */
final class BackupRecordText {
  private static final String WHAT = "backup_url";
  private static final int FORMAT = 1;

  private BackupRecordText() {}

  static String of(Saved saved) {
    var record = new LinkedHashMap<String, Object>();
    record.put("format", FORMAT);
    record.put("id", saved.id().toString());
    record.put("repository", saved.repository().toString());
    record.put("point", saved.point().toString());
    record.put("snapshot_id", saved.snapshot() == null ? null : saved.snapshot().toString());
    record.put("display_name", saved.name());
    record.put("display_description", saved.description());
    record.put("incremental", saved.incremental());
    record.put("metadata", saved.notes());
    return Base64.getEncoder().encodeToString(Json.write(record));
  }

  /**
   * Reads one.
   *
   * @throws HttpException with 400 if it is none
   */
  static Saved parse(String text) {
    Fields fields = Fields.of(WHAT, json(text));
    if (fields.requiredNumber("format", 1, Integer.MAX_VALUE) != FORMAT) {
      throw new HttpException(
          400, "Invalid input received: this service does not know records of that format.");
    }
    UUID snapshot = fields.uuid("snapshot_id");
    return new Saved(
        new BackupId(id(fields, "id")),
        id(fields, "repository"),
        new PointId(id(fields, "point")),
        snapshot == null ? null : new SnapshotId(snapshot),
        text(fields, "display_name"),
        text(fields, "display_description"),
        fields.flag("incremental", false),
        fields.texts("metadata"));
  }

  private static JsonNode json(String text) {
    try {
      return Json.read(Base64.getDecoder().decode(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException | HttpException e) {
      throw new HttpException(400, "Invalid input received: Can't parse backup record.", e);
    }
  }

  private static UUID id(Fields fields, String name) {
    @Nullable UUID id = fields.uuid(name);
    if (id == null) {
      throw Fields.refused(name, NullNode.getInstance(), "it is a required property");
    }
    return id;
  }

  private static String text(Fields fields, String name) {
    @Nullable String text = fields.text(name, Fields.NAME_MAX);
    return text == null ? "" : text;
  }
}
