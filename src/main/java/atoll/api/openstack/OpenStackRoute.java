package atoll.api.openstack;

import java.util.Map;

/**
 * Where a route leads.
 *
 * @param since the microversion that brought it
 * @param plannable whether the handler does nothing but with the engine's database as long as that
 *     is a {@link atoll.db.Rehearsal}
 */
public record OpenStackRoute(
    Access access, Microversion since, Handler handler, boolean plannable) {
  /** The parameter of a path that names the caller's project. */
  static final String PROJECT = "project_id";

  /** A route whose calls can only be done. */
  public OpenStackRoute(Access access, Microversion since, Handler handler) {
    this(access, since, handler, false);
  }

  /** The same, whose calls can be asked what they would come to. */
  public OpenStackRoute planned() {
    return new OpenStackRoute(access, since, handler, true);
  }

  /** The same, at the earliest in a version. */
  public OpenStackRoute notBefore(Microversion version) {
    return since.compareTo(version) < 0
        ? new OpenStackRoute(access, version, handler, plannable)
        : this;
  }

  /** Whether the path says for which project the call is. */
  static boolean namesProject(Map<String, String> parameters) {
    return parameters.containsKey(PROJECT);
  }
}
