package atoll.api.volume;

import atoll.api.openstack.Fields;
import atoll.http.HttpException;
import org.jspecify.annotations.Nullable;

/** What a thing is cannot be said, only seen; and what is stuck gets loose by itself. */
final class TrueStatus {
  private TrueStatus() {}

  /** What an action says of a status; null if nothing. Progress and the like are not for sale. */
  static @Nullable String said(Actions.Action action) {
    Fields fields = Fields.of(action.name(), action.argument());
    String status = fields.text("status", Fields.NAME_MAX);
    fields.ignore("attach_status", "migration_status", "progress");
    fields.end();
    return status;
  }

  /**
   * Accepts what an action says of a status if it is so.
   *
   * @param thing Cinder's word, such as {@code snapshot}
   * @throws HttpException with 400 if it is not
   */
  static void require(Actions.Action action, String thing, Object id, String status) {
    String said = said(action);
    if (said == null) {
      throw new HttpException(
          400,
          "Invalid input for field/attribute %s: 'status' is a required property"
              .formatted(action.name()));
    }
    if (!said.equals(status)) {
      throw untrue(thing, id, status, said);
    }
  }

  /** What is said is not so. */
  static HttpException untrue(String thing, Object id, String status, String said) {
    return new HttpException(
        400,
        "Invalid %s: %s %s is %s, and is %s only when that is true. Nothing gets stuck here: its status needs no reset."
            .formatted(
                thing,
                Character.toUpperCase(thing.charAt(0)) + thing.substring(1),
                id,
                status,
                said));
  }
}
