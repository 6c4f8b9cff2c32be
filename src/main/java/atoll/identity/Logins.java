package atoll.identity;

import atoll.db.Transaction;
import atoll.model.User;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks who someone is by a password.
 *
 * <p>Whoever fails learns nothing: one who is not there, one who is disabled and one whose password
 * is another get the same answer after the same time. Logins of one user are checked one after the
 * other, so that many at once cost one hash if they succeed, and count as many if they fail.
 *
 * <p>May be called from any thread.
 */
public final class Logins {
  private static final int LOCKS = 256;

  private final Ledger ledger;
  private final Passwords passwords;
  private final Attempts attempts;
  private final Successes successes;
  private final ReentrantLock[] locks =
      IntStream.range(0, LOCKS).mapToObj(_ -> new ReentrantLock()).toArray(ReentrantLock[]::new);

  Logins(Ledger ledger, Passwords passwords, Attempts attempts, Successes successes) {
    this.ledger = ledger;
    this.passwords = passwords;
    this.attempts = attempts;
    this.successes = successes;
  }

  /** What is known of one who logs in; the hash is null if there is no password. */
  private record Known(User user, @Nullable String hash) {}

  /**
   * The user of that id.
   *
   * @throws UnauthorizedException if the password is not his
   */
  public User byId(String id, String password) throws UnauthorizedException {
    return check(id, tx -> tx.users().find(id), password);
  }

  /**
   * The user of that name.
   *
   * @throws UnauthorizedException if the password is not his
   */
  public User byName(String name, String password) throws UnauthorizedException {
    return check(name, tx -> tx.users().findNamed(name), password);
  }

  /**
   * Gives one who knows his password another, and makes his tokens void.
   *
   * @throws UnauthorizedException if {@code original} is not his password
   * @throws IdentityRefusedException if the new one cannot be a password
   */
  public void changePassword(String id, String original, String password)
      throws UnauthorizedException {
    User user = byId(id, original);
    String hash = passwords.hash(password);
    boolean changed =
        ledger.write(tx -> {
          User now = tx.users().find(id).orElse(null);
          if (now == null || now.tokenEra() != user.tokenEra()) {
            return false; // another password was set meanwhile: the original one is none any more
          }
          tx.users().update(now.withNextEra());
          tx.users().setPasswordHash(id, hash);
          return true;
        });
    if (!changed) {
      throw new UnauthorizedException("the password was changed meanwhile");
    }
  }

  private User check(String named, Function<Transaction, Optional<User>> find, String password)
      throws UnauthorizedException {
    String key = ledger.read(find).map(User::id).orElse(named);
    ReentrantLock lock = locks[Math.floorMod(key.hashCode(), LOCKS)];
    lock.lock();
    try {
      if (!attempts.mayTry(key)) {
        throw new UnauthorizedException("too many failed logins");
      }
      Known known = ledger.read(tx -> known(tx, find));
      if (known == null) {
        passwords.matchesNothing(password);
      }
      if (known == null || !isRight(known, password)) {
        attempts.failed(key);
        throw new UnauthorizedException("no such user, or another password");
      }
      attempts.forget(key);
      return known.user;
    } finally {
      lock.unlock();
    }
  }

  private boolean isRight(Known known, String password) {
    User user = known.user;
    if (!user.enabled() || known.hash == null) {
      passwords.matchesNothing(password);
      return false;
    }
    if (successes.has(user.id(), known.hash, password)) {
      return true;
    }
    boolean matches = passwords.matches(password, known.hash);
    if (matches) {
      successes.add(user.id(), known.hash, password);
    }
    return matches;
  }

  private static @Nullable Known known(Transaction tx, Function<Transaction, Optional<User>> find) {
    User user = find.apply(tx).orElse(null);
    return user == null ? null : new Known(user, tx.users().passwordHash(user.id()));
  }
}
