package atoll.identity.keystone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.identity.Caller;
import atoll.identity.IdentityUnavailableException;
import atoll.identity.SetClock;
import atoll.identity.UnauthorizedException;
import atoll.identity.keystone.FakeKeystone.Fault;
import atoll.keystone.Account;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is remembered of a Keystone's answers, and what comes of it when there are none. */
class KeystoneTokensTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final SetClock clock = new SetClock();
  private FakeKeystone keystone;
  private KeystoneTokens tokens;
  private String token;

  @BeforeEach
  void open() throws Exception {
    keystone = FakeKeystone.open(clock);
    keystone.addUser("u", "pass", "p", "member");
    tokens = KeystoneTokens.open(keystone.settings(), null, PATIENCE, clock);
    token = keystone.login("u", "pass", "p").token();
  }

  @AfterEach
  void close() {
    tokens.close();
    keystone.close();
  }

  private void assertVoid(String some) {
    assertThatThrownBy(() -> tokens.verify(some)).isInstanceOf(UnauthorizedException.class);
  }

  private void assertUnavailable(String some, String why, int retryAfterSeconds) {
    assertThatThrownBy(() -> tokens.verify(some))
        .isInstanceOf(IdentityUnavailableException.class)
        .hasMessageStartingWith(why)
        .extracting(e -> ((IdentityUnavailableException) e).retryAfter())
        .isEqualTo(Duration.ofSeconds(retryAfterSeconds));
  }

  @Test
  void aRevokedTokenEndsAfterFiveMinutes() throws Exception {
    Caller caller = tokens.verify(token);
    keystone.revoke(token);
    clock.advance(KeystoneTokens.KEPT.minusMillis(1));
    assertThat(tokens.verify(token)).isEqualTo(caller);
    assertThat(keystone.questions()).isEqualTo(1);
    clock.advance(Duration.ofMillis(1));
    assertVoid(token);
  }

  @Test
  void noTokenOutlivesItself() throws Exception {
    clock.advance(FakeKeystone.LIFETIME.minusMinutes(1));
    assertThat(tokens.verify(token).isMember()).isTrue();
    clock.advance(Duration.ofMinutes(1));
    assertVoid(token);
  }

  @Test
  void aVoidTokenIsAskedAboutOnceInTenSeconds() {
    for (int i = 0; i < 100; i++) {
      assertVoid("none");
    }
    assertThat(keystone.questions()).isEqualTo(1);
    clock.advance(KeystoneTokens.VOID_KEPT);
    assertVoid("none");
    assertThat(keystone.questions()).isEqualTo(2);
  }

  @Test
  void whatCannotBeATokenIsNotAskedAbout() {
    assertVoid("a".repeat(2049));
    assertVoid("a\r\nX-Auth-Token: b");
    assertThat(keystone.questions() + keystone.logins()).isEqualTo(1); // that of this test
  }

  @Test
  void manyCallsAtOnceAreFewQuestions() throws Exception {
    var work = new ArrayList<Callable<Boolean>>();
    for (int i = 0; i < 400; i++) {
      String some = i % 2 == 0 ? token : "none" + i;
      work.add(() -> {
        try {
          return tokens.verify(some).isMember();
        } catch (UnauthorizedException e) {
          return false;
        }
      });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int good = 0;
      for (Future<Boolean> each : threads.invokeAll(work)) {
        good += each.get() ? 1 : 0;
      }
      assertThat(good).isEqualTo(200);
    }
    assertThat(keystone.questions()).isEqualTo(201);
    assertThat(keystone.questionsAtOnce()).isLessThanOrEqualTo(16);
    assertThat(keystone.logins()).isEqualTo(2);
  }

  @Test
  void itsOwnTokenIsRenewedWhenItExpiresOrIsRefused() throws Exception {
    tokens.verify(token);
    clock.advance(FakeKeystone.LIFETIME.minusSeconds(30));
    String second = keystone.login("u", "pass", "p").token();
    tokens.verify(second);
    assertThat(keystone.logins()).isEqualTo(4);
    keystone.forgetAllTokens();
    assertVoid("third");
    assertThat(keystone.logins()).isEqualTo(5);
  }

  @Test
  void whileKeystoneIsDownOnlyWhatIsKnownIsGood() throws Exception {
    tokens.verify(token);
    String other = keystone.login("u", "pass", "p").token();
    keystone.stop();
    assertUnavailable(other, "Keystone does not answer: ", 2);
    assertThat(tokens.verify(token).isMember()).isTrue();
    keystone.start();
    assertUnavailable(other, "Keystone does not answer: ", 2); // left alone for a moment
    clock.advance(Trouble.NO_ANSWER.pause());
    assertThat(tokens.verify(other).isMember()).isTrue();
  }

  @Test
  void whatKeystoneWouldNotSayIsNoVerdict() throws Exception {
    tokens.verify(token);
    var faults =
        new Fault[] {
          new Fault(500, "{}", Duration.ZERO),
          new Fault(503, "down for maintenance", Duration.ZERO),
          new Fault(429, "", Duration.ZERO),
          new Fault(301, "", Duration.ZERO),
          new Fault(404, "<html>no backend</html>", Duration.ZERO),
          new Fault(404, "{\"error\": \"gone\"}", Duration.ZERO),
          new Fault(200, "<html>log in</html>", Duration.ZERO),
          new Fault(200, "", Duration.ZERO),
          new Fault(200, "{\"token\": {\"user\": {}}}", Duration.ZERO),
          new Fault(
              200,
              "{\"token\": {\"user\": {\"id\": \"u\"}, \"expires_at\": \"soon\"}}",
              Duration.ZERO),
        };
    String other = keystone.login("u", "pass", "p").token();
    for (Fault fault : faults) {
      keystone.setFault(fault);
      assertUnavailable(other, "Keystone does not answer as it should: ", 1);
    }
    keystone.setFault(new Fault(200, "x".repeat(2 << 20), Duration.ZERO));
    assertUnavailable(other, "Keystone does not answer: ", 2);
    clock.advance(Trouble.NO_ANSWER.pause());
    keystone.setFault(null);
    assertThat(tokens.verify(other).isMember()).isTrue();
  }

  @Test
  void aSlowKeystoneIsNotWaitedForLongByAnybody() throws Exception {
    tokens.verify(token);
    keystone.setFault(new Fault(200, "", Duration.ofMinutes(1)));
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        String some = "none" + i;
        threads.execute(() -> assertUnavailable(some, "Keystone does not answer: ", 2));
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE.multipliedBy(3));
    assertThat(keystone.questions()).isLessThanOrEqualTo(1 + 16);
  }

  @Test
  void anAdminOfAnotherThanTheAdminsProjectIsNone() throws Exception {
    keystone.hasAnotherAdminProject();
    keystone.addUser("boss", "pass", "q", "admin");
    Caller boss = tokens.verify(keystone.login("boss", "pass", "q").token());
    assertThat(boss.isAdmin()).isFalse();
    assertThat(boss.isMember()).isTrue();
  }

  @Test
  void nothingThatIsLoggedHasASecretInIt() throws IOException {
    assertThat(keystone.settings().toString()).doesNotContain("secret");
    assertThat(new Account.ApplicationCredential("id", "hush").toString())
        .isEqualTo("application credential id");
  }
}
