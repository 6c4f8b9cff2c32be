package atoll.identity;

import atoll.model.Scope;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is written in a token.
 *
 * @param methods how its user proved who he is
 * @param userId 32 hexadecimal digits
 * @param userEra that of the user when it was issued
 * @param scope what it is for; null for nothing yet
 * @param auditId names it in logs, without giving it away: 22 letters
 * @param parentAuditId that of the first token of those it was made of; null if it was made of none
 */
public record Token(
    Set<Method> methods,
    String userId,
    long userEra,
    @Nullable Scope scope,
    Instant issuedAt,
    Instant expiresAt,
    String auditId,
    @Nullable String parentAuditId) {
  /** A way to prove who one is. */
  public enum Method {
    PASSWORD(1),
    TOKEN(2);

    private final int bit;

    Method(int bit) {
      this.bit = bit;
    }

    /** How it is written in tokens: never to be changed. */
    int bit() {
      return bit;
    }
  }

  public Token {
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("a token without a method");
    }
    methods = Set.copyOf(methods);
  }

  /** The methods in their order. */
  public Set<Method> orderedMethods() {
    return EnumSet.copyOf(methods);
  }
}
