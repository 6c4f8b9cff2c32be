package atoll.identity;

import java.time.Duration;

/**
 * How the room works.
 *
 * @param tokenLifetime how long a token is good
 */
public record IdentitySettings(Duration tokenLifetime) {
  public static final IdentitySettings DEFAULT = new IdentitySettings(Duration.ofHours(1));

  public IdentitySettings {
    if (!tokenLifetime.isPositive()) {
      throw new IllegalArgumentException("tokenLifetime is " + tokenLifetime);
    }
  }
}
