package atoll.identity;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Tells who a token speaks for: this service's own, or those of a Keystone.
 *
 * <p>May be called from any thread.
 */
public interface TokenVerifier {
  /**
   * Who calls with this token.
   *
   * @throws UnauthorizedException if it is none, has expired or was revoked, or if its user or
   *     project is disabled or gone
   * @throws IdentityUnavailableException if that cannot be told now
   */
  Caller verify(String token)
      throws UnauthorizedException, IdentityUnavailableException, InterruptedException;

  /** The Keystone that issues the tokens; null where this service does it itself. */
  @Nullable URI issuer();
}
