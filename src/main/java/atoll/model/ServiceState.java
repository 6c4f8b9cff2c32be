package atoll.model;

import org.jspecify.annotations.Nullable;

/**
 * What an administrator has said of one of the services that a host runs.
 *
 * @param name such as {@code cinder-volume}
 * @param disabledReason null if none was given
 * @param frozen whether nothing is to be changed in its storage from outside
 */
public record ServiceState(
    String name, String host, boolean enabled, @Nullable String disabledReason, boolean frozen) {
  /** One of which nothing was said. */
  public static ServiceState fresh(String name, String host) {
    return new ServiceState(name, host, true, null, false);
  }
}
