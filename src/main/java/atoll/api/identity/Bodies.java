package atoll.api.identity;

import atoll.api.openstack.Fields;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpException;
import atoll.identity.Domain;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.identity.IdentityRefusedException;
import atoll.model.ProjectId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What bodies of several routes have in common. */
final class Bodies {
  /** The most characters of a description. */
  static final int DESCRIPTION_MAX = 65_535;

  private Bodies() {}

  /** The name that a new thing must have. */
  static String newName(Fields fields, int max) {
    return visible(fields.requiredText("name", 1, max));
  }

  /** Another name; null where it stays. */
  static @Nullable String otherName(Fields fields, int max) {
    return fields.any("name") == null ? null : newName(fields, max);
  }

  private static String visible(String name) {
    if (name.isBlank()) {
      throw new HttpException(400, "Invalid input for field 'name': it has blanks only.");
    }
    return name;
  }

  /** Text that may be long; null without. */
  static @Nullable String description(Fields fields) {
    return fields.text("description", DESCRIPTION_MAX);
  }

  /** Text as a change has it: null where it stays, empty where there is to be none. */
  static @Nullable String change(Fields fields, String name, int max) {
    String text = fields.text(name, max);
    return text == null && fields.has(name) ? "" : text;
  }

  /** Whether it is to be enabled; null where nothing is said. */
  static @Nullable Boolean enabled(Fields fields) {
    return fields.any("enabled") == null ? null : fields.flag("enabled", true);
  }

  /** A secret, which never stands in an answer: not even where it is no text. */
  static @Nullable String secret(Fields fields, String name) {
    JsonNode value = fields.any(name);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw new HttpException(400, "Invalid input for field '%s': it is no text.".formatted(name));
    }
    return value.stringValue();
  }

  /** As {@link #secret}, where it must be there. */
  static String requiredSecret(Fields fields, String name) {
    String secret = secret(fields, name);
    if (secret == null) {
      throw new HttpException(400, "'%s' is a required property".formatted(name));
    }
    return secret;
  }

  /** Demands that a field names the one domain, or nothing. */
  static void requireDefaultDomain(Fields fields, String name) {
    String id = fields.text(name, Fields.NAME_MAX);
    if (id != null) {
      requireDefaultDomain(id);
    }
  }

  /** Demands that it is the id of the one domain. */
  static void requireDefaultDomain(String id) {
    if (!id.equals(Domain.DEFAULT.id())) {
      throw new IdentityRefusedException(new NotFound("domain", id));
    }
  }

  /** The id of a project in a path or body. */
  static ProjectId projectId(String text) {
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw new IdentityRefusedException(new NotFound("project", text));
    }
    return new ProjectId(id);
  }
}
