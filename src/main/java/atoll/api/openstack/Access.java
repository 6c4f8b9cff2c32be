package atoll.api.openstack;

import atoll.identity.Caller;
import org.jspecify.annotations.Nullable;

/** Who may take a route. */
public enum Access {
  /** Anybody, without a token too. */
  PUBLIC,
  /** Whoever has a token. */
  AUTHENTICATED,
  /** Who may see what its project has. */
  READER,
  /** Who may change what its project has. */
  MEMBER,
  /** Who may do everything in every project. */
  ADMIN;

  /** Whether a caller, null without a token, may. */
  boolean allows(@Nullable Caller caller) {
    if (caller == null) {
      return this == PUBLIC;
    }
    boolean scoped = caller.project() != null;
    return switch (this) {
      case PUBLIC, AUTHENTICATED -> true;
      case READER -> (scoped && caller.isReader()) || caller.isAdmin();
      case MEMBER -> (scoped && caller.isMember()) || caller.isAdmin();
      case ADMIN -> caller.isAdmin();
    };
  }
}
