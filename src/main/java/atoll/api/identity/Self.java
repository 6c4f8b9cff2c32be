package atoll.api.identity;

import atoll.api.openstack.Call;
import atoll.identity.Caller;
import atoll.identity.IdentityRefusal.Forbidden;
import atoll.identity.IdentityRefusedException;

/** What a user may do with himself, and an admin with everybody. */
final class Self {
  private Self() {}

  /** Demands that a call is about the caller, or that he is an admin. */
  static String requireSelfOrAdmin(Call call, String user) {
    Caller caller = call.caller();
    if (!caller.isAdmin() && !caller.userId().equals(user)) {
      throw forbidden();
    }
    return user;
  }

  /** The answer to one who may not. */
  static IdentityRefusedException forbidden() {
    return new IdentityRefusedException(
        new Forbidden("You are not authorized to perform the requested action."));
  }
}
