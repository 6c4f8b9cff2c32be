package atoll.api.openstack;

import java.util.Map;

/**
 * Where a route leads.
 *
 * @param since the microversion that brought it
 */
public record OpenStackRoute(Access access, Microversion since, Handler handler) {
  /** The parameter of a path that names the caller's project. */
  static final String PROJECT = "project_id";

  /** Whether the path says for which project the call is. */
  static boolean namesProject(Map<String, String> parameters) {
    return parameters.containsKey(PROJECT);
  }
}
