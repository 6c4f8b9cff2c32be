package atoll.identity;

import atoll.db.Transaction;
import atoll.identity.IdentityRefusal.Forbidden;
import atoll.model.Project;
import atoll.model.Role;
import atoll.model.Scope;
import atoll.model.User;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens, and tells what they allow.
 *
 * <p>A token is signed and stands in no table. What it allows is looked up each time: its user and
 * project must be there and enabled, and a role that was taken is gone at once. What was looked up
 * is trusted for five seconds, and not beyond a write of this process.
 */
public final class Tokens implements TokenVerifier {
  private static final int AUDIT_ID_BYTES = 16;

  private final Ledger ledger;
  private final TokenText text;
  private final Duration lifetime;
  private final Randomness randomness;
  private final InstantSource clock;
  private final RecentAuthorizations recent;

  Tokens(
      Ledger ledger,
      TokenText text,
      Duration lifetime,
      Randomness randomness,
      InstantSource clock,
      RecentAuthorizations recent) {
    this.ledger = ledger;
    this.text = text;
    this.lifetime = lifetime;
    this.randomness = randomness;
    this.clock = clock;
    this.recent = recent;
  }

  /** A new token and what it allows. */
  public record Issued(String text, Authorization authorization) {
    @Override
    public String toString() {
      return "token " + authorization.token().auditId(); // never itself: this may end in a log
    }
  }

  @Override
  public Caller verify(String token) throws UnauthorizedException {
    return look(token).caller();
  }

  @Override
  public @Nullable URI issuer() {
    return null;
  }

  /**
   * What a token says and allows.
   *
   * @throws UnauthorizedException as {@link #verify}
   */
  public Authorization look(String token) throws UnauthorizedException {
    Authorization known = recent.find(token);
    if (known != null) {
      return known;
    }
    long writes = ledger.writes();
    Token read = text.read(token);
    if (read == null || !clock.instant().isBefore(read.expiresAt())) {
      throw new UnauthorizedException("no token, or one that has ended");
    }
    Authorization authorization =
        ledger
            .read(tx -> tx.tokens().isRevoked(read.auditId()) ? none() : authorize(tx, read))
            .orElseThrow(() -> new UnauthorizedException("the token is void"));
    recent.add(token, authorization, writes);
    return authorization;
  }

  /**
   * A token for one who has logged in.
   *
   * @param user as he was when his password was checked
   * @param scope null for nothing
   * @throws UnauthorizedException if he is disabled meanwhile, or has no role there
   */
  public Issued issue(User user, @Nullable Scope scope) throws UnauthorizedException {
    Instant now = now();
    return issue(
        new Token(
            EnumSet.of(Token.Method.PASSWORD),
            user.id(),
            user.tokenEra(),
            scope,
            now,
            now.plus(lifetime),
            newAuditId(),
            null));
  }

  /**
   * A token for one who has logged in: for his default project if he has a role there, else for
   * nothing.
   *
   * @throws UnauthorizedException if he is disabled meanwhile
   */
  public Issued issueByDefault(User user) throws UnauthorizedException {
    if (user.defaultProject() != null) {
      var scope = new Scope.OfProject(user.defaultProject());
      if (ledger.read(tx -> allowed(tx, user, scope)).isPresent()) {
        return issue(user, scope);
      }
    }
    return issue(user, null);
  }

  /**
   * Another token for one who has a token, which ends when that one ends.
   *
   * @throws UnauthorizedException if the user has no role there
   * @throws IdentityRefusedException if the token is for the system, and the other is not to be
   */
  public Issued reissue(Authorization had, @Nullable Scope scope) throws UnauthorizedException {
    Token old = had.token();
    if (old.scope() instanceof Scope.OfSystem
        && (scope instanceof Scope.OfProject || scope instanceof Scope.OfDomain)) {
      throw new IdentityRefusedException(
          new Forbidden(
              "You are not authorized to perform the requested action: Using a system-scoped token"
                  + " to create a project-scoped or domain-scoped token is not allowed."));
    }
    Set<Token.Method> methods = old.orderedMethods();
    methods.add(Token.Method.TOKEN);
    return issue(
        new Token(
            methods,
            old.userId(),
            old.userEra(),
            scope,
            now(),
            old.expiresAt(),
            newAuditId(),
            old.parentAuditId() == null ? old.auditId() : old.parentAuditId()));
  }

  /** As {@link #reissue}, for the user's default project or nothing. */
  public Issued reissueByDefault(Authorization had) throws UnauthorizedException {
    User user = had.user();
    if (user.defaultProject() != null && !(had.token().scope() instanceof Scope.OfSystem)) {
      var scope = new Scope.OfProject(user.defaultProject());
      if (ledger.read(tx -> allowed(tx, user, scope)).isPresent()) {
        return reissue(had, scope);
      }
    }
    return reissue(had, null);
  }

  /** Makes a token void. */
  public void revoke(Authorization authorization) {
    Token token = authorization.token();
    ledger.change(tx -> tx.tokens().revoke(token.auditId(), token.expiresAt(), clock.instant()));
  }

  private Issued issue(Token token) throws UnauthorizedException {
    Authorization authorization =
        ledger
            .read(tx -> authorize(tx, token))
            .orElseThrow(() -> new UnauthorizedException("no role there"));
    return new Issued(text.write(token), authorization);
  }

  private static Optional<Authorization> authorize(Transaction tx, Token token) {
    User user = tx.users().find(token.userId()).orElse(null);
    if (user == null || !user.enabled() || user.tokenEra() != token.userEra()) {
      return none();
    }
    Scope scope = token.scope();
    if (scope == null) {
      return Optional.of(new Authorization(token, user, null, List.of()));
    }
    return allowed(tx, user, scope)
        .map(allowed -> new Authorization(token, user, allowed.project, allowed.roles));
  }

  private record Allowed(@Nullable Project project, List<Role> roles) {}

  /** What a user may there; nothing if he has no role, or if the project is gone or disabled. */
  private static Optional<Allowed> allowed(Transaction tx, User user, Scope scope) {
    Project project = null;
    if (scope instanceof Scope.OfProject(var id)) {
      project = tx.projects().find(id).orElse(null);
      if (project == null || !project.enabled()) {
        return Optional.empty();
      }
    }
    List<Role> roles = ImpliedRoles.with(tx, tx.roles().of(user.id(), scope));
    return roles.isEmpty() ? Optional.empty() : Optional.of(new Allowed(project, roles));
  }

  private static Optional<Authorization> none() {
    return Optional.empty();
  }

  private String newAuditId() {
    return TokenText.auditId(randomness.bytes(AUDIT_ID_BYTES));
  }

  /** As exactly as a token says it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
