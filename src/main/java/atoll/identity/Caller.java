package atoll.identity;

import atoll.model.Owner;
import atoll.model.ProjectId;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as a token says.
 *
 * @param userId the identity service's id of the user
 * @param project what the token is scoped to; null where it is scoped to none
 * @param roles names, in lower case, with those that they imply
 * @param expiresAt when the token ends
 */
public record Caller(
    String userId, @Nullable ProjectId project, Set<String> roles, Instant expiresAt) {
  private static final String ADMIN = "admin";
  private static final String MEMBER = "member";
  private static final String READER = "reader";

  public Caller {
    roles = Set.copyOf(roles);
  }

  /** The same roles with those that they imply: an admin is a member, and a member a reader. */
  public static Set<String> withImplied(Set<String> names) {
    var all = new TreeSet<String>();
    names.forEach(name -> all.add(name.toLowerCase(Locale.ROOT)));
    if (all.contains(ADMIN)) {
      all.add(MEMBER);
    }
    if (all.contains(MEMBER)) {
      all.add(READER);
    }
    return all;
  }

  /** Whether everything of every project is open to it. */
  public boolean isAdmin() {
    return roles.contains(ADMIN);
  }

  /** Whether it may change what its project has. */
  public boolean isMember() {
    return roles.contains(MEMBER);
  }

  /** Whether it may see what its project has. */
  public boolean isReader() {
    return roles.contains(READER);
  }

  /**
   * To whom what it makes belongs.
   *
   * @throws IllegalStateException if it is scoped to no project
   */
  public Owner owner() {
    if (project == null) {
      throw new IllegalStateException("user " + userId + " is scoped to no project");
    }
    return new Owner(project, userId);
  }
}
