package atoll.identity.keystone;

import atoll.identity.Caller;
import atoll.model.ProjectId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What Keystone says of a token, read. Throws {@link IllegalArgumentException} where it does not
 * say what it must.
 */
final class TokenAnswer {
  private static final Pattern PROJECT =
      Pattern.compile("([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})");

  private TokenAnswer() {}

  /** A token of this service's own. */
  record Own(String text, Instant expiresAt) {
    @Override
    public String toString() {
      return "token until " + expiresAt; // never itself: this may end in a log
    }
  }

  /** Who calls with the token. One for a domain or for the system is for no project. */
  static Caller caller(JsonNode answer) {
    JsonNode token = answer.path("token");
    return new Caller(
        text(token.at("/user/id"), "user.id"),
        project(token.at("/project/id").asString("")),
        roles(token),
        expiresAt(answer));
  }

  static Instant expiresAt(JsonNode answer) {
    String text = text(answer.at("/token/expires_at"), "expires_at");
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("expires_at is '" + text + "'", e);
    }
  }

  /**
   * Keystone makes ids of 32 digits. A domain that acts as a project may have another one; nothing
   * here can belong to that.
   */
  private static @Nullable ProjectId project(String id) {
    Matcher parts = PROJECT.matcher(id);
    return parts.matches()
        ? new ProjectId(UUID.fromString(parts.replaceFirst("$1-$2-$3-$4-$5")))
        : null;
  }

  /**
   * With what they imply, which Keystone has added already if its rules are the usual ones. Where
   * it has one project for admins alone, who is admin of another is none.
   */
  private static Set<String> roles(JsonNode token) {
    var names = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
    token.path("roles").forEach(role -> names.add(text(role.path("name"), "roles.name")));
    if (!token.path("is_admin_project").asBoolean(true)) {
      names.remove("admin");
    }
    return Caller.withImplied(names);
  }

  private static String text(JsonNode node, String name) {
    String text = node.asString("");
    if (text.isEmpty()) {
      throw new IllegalArgumentException("there is no " + name + " in it");
    }
    return text;
  }
}
