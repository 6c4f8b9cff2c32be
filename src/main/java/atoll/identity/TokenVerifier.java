package atoll.identity;

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
   */
  Caller verify(String token) throws UnauthorizedException;
}
