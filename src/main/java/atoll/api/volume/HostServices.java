package atoll.api.volume;

import atoll.api.openstack.Times;
import atoll.engine.ServiceStates;
import atoll.model.ServiceState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The processes that a Cinder on this host would consist of. Here they are one: all are up as long
 * as somebody answers.
 */
final class HostServices {
  /** The one that has the volumes, and is named with its backend. */
  static final String VOLUME = "cinder-volume";

  private static final String BACKEND = "island";

  private final ServiceStates states;
  private final VolumeSettings settings;

  HostServices(ServiceStates states, VolumeSettings settings) {
    this.states = states;
    this.settings = settings;
  }

  /** The host as the one service that has volumes calls it. */
  String volumeHost() {
    return settings.host() + "@" + BACKEND;
  }

  /** The backend's name. */
  String backend() {
    return BACKEND;
  }

  /** Its one pool. */
  String pool() {
    return volumeHost() + "#" + BACKEND;
  }

  String zone() {
    return settings.zone();
  }

  /** All, in Cinder's order. */
  List<ServiceState> list() {
    return List.of(
        states.of("cinder-backup", settings.host()),
        states.of(VOLUME, volumeHost()),
        states.of("cinder-scheduler", settings.host()));
  }

  /** The service of a name on a host; null if there is none. */
  @Nullable ServiceState find(String name, String host) {
    return list().stream()
        .filter(service -> service.name().equals(name) && service.host().equals(host))
        .findFirst()
        .orElse(null);
  }

  /** When all were seen alive last: now. */
  static String seenAt() {
    return Objects.requireNonNull(Times.of(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
  }
}
