package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.Times;
import atoll.model.Message;
import atoll.model.MessageKind;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How a message is shown.
 *
 * <p>Numbers below 900 and their words are Cinder's. Source: Cinder's contributor documentation,
 * "User messages".
 */
final class MessageView {
  /** All there are. */
  static final String LEVEL = "ERROR";

  private MessageView() {}

  /**
   * What is said.
   *
   * @param resource what kind of thing it is about
   * @param action the number of what was being done
   * @param detail the number of what came of it
   */
  private record Words(String resource, String action, String detail, String text) {
    String eventId() {
      return "VOLUME_%s_%s_%s".formatted(resource, action, detail);
    }
  }

  private static Words words(MessageKind kind) {
    return switch (kind) {
      case IMPORT_FAILED ->
          new Words(
              "VOLUME", "005", "012", "copy image to volume:Driver failed to create the volume.");
      case VOLUME_LOST ->
          new Words(
              "VOLUME", "901", "901", "keep volume:Its content is missing or damaged on its host.");
      case REVERT_FAILED ->
          new Words(
              "VOLUME",
              "902",
              "901",
              "revert volume:Its content is missing or damaged on its host.");
      case RESTORE_FAILED ->
          new Words(
              "VOLUME", "015", "026", "restore backup:Backup driver failed to restore backup.");
      case SNAPSHOT_LOST ->
          new Words("VOLUME_SNAPSHOT", "009", "013", "create snapshot:Snapshot failed to create.");
      case BACKUP_LOST ->
          new Words(
              "VOLUME_BACKUP",
              "013",
              "019",
              "create backup:Failed to get backup device from the volume service.");
      case BACKUP_FAILING ->
          new Words(
              "VOLUME_BACKUP",
              "013",
              "020",
              "create backup:Backup driver failed to create backup.");
    };
  }

  /** As in the answer about one, and in lists. */
  static Map<String, Object> shown(Call call, Message message) {
    Words words = words(message.kind());
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", message.id().toString());
    shown.put("event_id", words.eventId());
    shown.put("user_message", words.text());
    shown.put("message_level", LEVEL);
    shown.put("created_at", Times.of(message.createdAt()));
    shown.put("guaranteed_until", Times.of(message.expiresAt()));
    shown.put("request_id", null); // what failed had been answered long before
    shown.put("links", Links.of(call, "messages", message.id()));
    shown.put("resource_type", words.resource());
    shown.put("resource_uuid", message.subject().toString());
    return shown;
  }

  /** Those of an event's id. */
  static List<MessageKind> ofEvent(String id) {
    return kinds(words -> words.eventId().equals(id));
  }

  /** Those about a kind of thing. */
  static List<MessageKind> about(String resource) {
    return kinds(words -> words.resource().equals(resource));
  }

  private static List<MessageKind> kinds(Predicate<Words> fits) {
    return Arrays.stream(MessageKind.values()).filter(kind -> fits.test(words(kind))).toList();
  }
}
