package atoll.identity.keystone;

import atoll.identity.Caller;
import atoll.identity.IdentityUnavailableException;
import atoll.identity.Remembered;
import atoll.identity.TokenVerifier;
import atoll.identity.UnauthorizedException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a Keystone. What it said of one is trusted for a while: so long one that was
 * revoked may be used on.
 *
 * <p>Each token goes through one of a few gates when Keystone must be asked about it, one at a time
 * through each: no more questions than that are asked at once, and many calls with one token cost
 * one. May be used from any thread.
 */
public final class KeystoneTokens implements TokenVerifier, AutoCloseable {
  /** How long an answer is trusted, if the token does not expire before. */
  static final Duration KEPT = Duration.ofMinutes(5);

  /** How long it is known that a token is void. Another Keystone may yet be told of a new one. */
  static final Duration VOID_KEPT = Duration.ofSeconds(10);

  /** How long each call of Keystone may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final int TOKENS_MAX = 10_000;
  private static final int GATES = 16;

  /** Source: RFC 6750, "b64token"; Keystone's own have some 200 letters, or 1000 as JWS. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,2048}");

  private final URI url;
  private final KeystoneClient keystone;
  private final Duration patience;
  private final InstantSource clock;
  private final Outage outage;
  private final OwnToken own;
  private final ReentrantLock[] gates =
      IntStream.range(0, GATES)
          .mapToObj(_ -> new ReentrantLock(true))
          .toArray(ReentrantLock[]::new);

  /** By digest: no token stands here that could be read. */
  private final Remembered<Caller> callers;

  /** Apart, so that no flood of these makes the others be forgotten. */
  private final Remembered<Verdict.NoToken> voids;

  private KeystoneTokens(URI url, KeystoneClient keystone, Duration patience, InstantSource clock) {
    this.url = url;
    this.keystone = keystone;
    this.patience = patience;
    this.clock = clock;
    this.outage = new Outage(clock);
    this.own = new OwnToken(keystone, outage, clock);
    this.callers = new Remembered<>(TOKENS_MAX, clock);
    this.voids = new Remembered<>(TOKENS_MAX, clock);
  }

  /**
   * Opens the way to a Keystone, which need not answer yet.
   *
   * @param trusted who may vouch for it; null for whomever Java trusts
   */
  public static KeystoneTokens open(
      KeystoneSettings settings, @Nullable SSLContext trusted, InstantSource clock) {
    return open(settings, trusted, PATIENCE, clock);
  }

  static KeystoneTokens open(
      KeystoneSettings settings,
      @Nullable SSLContext trusted,
      Duration patience,
      InstantSource clock) {
    KeystoneClient keystone = KeystoneClient.open(settings, trusted, patience);
    return new KeystoneTokens(settings.url(), keystone, patience, clock);
  }

  @Override
  public URI issuer() {
    return url;
  }

  @Override
  public Caller verify(String token)
      throws UnauthorizedException, IdentityUnavailableException, InterruptedException {
    if (!TOKEN.matcher(token).matches()) {
      throw new UnauthorizedException("no token");
    }
    String key = digest(token);
    Caller known = recall(key);
    return known == null ? enter(key, token) : known;
  }

  private Caller enter(String key, String token)
      throws UnauthorizedException, IdentityUnavailableException, InterruptedException {
    ReentrantLock gate = gates[Math.floorMod(key.hashCode(), GATES)];
    if (!gate.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw Outage.unavailable(Trouble.NO_ANSWER);
    }
    try {
      Caller known = recall(key); // who went before may have asked about the same
      if (known != null) {
        return known;
      }
      outage.requireOver();
      Instant asked = clock.instant();
      Verdict verdict = ask(token);
      outage.end();
      return remember(key, verdict, asked);
    } catch (KeystoneException e) {
      throw outage.begin(e);
    } finally {
      gate.unlock();
    }
  }

  private @Nullable Caller recall(String key) throws UnauthorizedException {
    Caller known = callers.find(key);
    if (known == null && voids.find(key) != null) {
      throw isVoid();
    }
    return known;
  }

  private Verdict ask(String token)
      throws KeystoneException, IdentityUnavailableException, InterruptedException {
    String mine = own.get();
    Verdict verdict = keystone.judge(mine, token);
    if (verdict instanceof Verdict.OwnIsVoid) {
      verdict = keystone.judge(own.anotherThan(mine), token);
    }
    return verdict;
  }

  private Caller remember(String key, Verdict verdict, Instant asked)
      throws UnauthorizedException, KeystoneException {
    return switch (verdict) {
      case Verdict.Good(var caller) -> {
        Instant until = asked.plus(KEPT);
        Instant end = caller.expiresAt();
        if (!clock.instant().isBefore(end)) {
          throw isVoid();
        }
        callers.add(key, caller, end.isBefore(until) ? end : until);
        yield caller;
      }
      case Verdict.NoToken none -> {
        voids.add(key, none, asked.plus(VOID_KEPT));
        throw isVoid();
      }
      case Verdict.OwnIsVoid() ->
          throw new KeystoneException(
              Trouble.REFUSES,
              "the token that " + url + " has just given this service is void",
              null);
    };
  }

  private static UnauthorizedException isVoid() {
    return new UnauthorizedException("the token is void");
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(token.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java lacks SHA-256", e);
    }
  }

  @Override
  public void close() {
    keystone.close();
  }
}
