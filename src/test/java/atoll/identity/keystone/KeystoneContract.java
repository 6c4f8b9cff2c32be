package atoll.identity.keystone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.identity.Caller;
import atoll.identity.IdentityUnavailableException;
import atoll.identity.UnauthorizedException;
import atoll.identity.keystone.TestKeystone.Issued;
import atoll.keystone.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is true of the tokens of any Keystone. */
abstract class KeystoneContract {
  private final String name = "user-" + UUID.randomUUID();
  private KeystoneTokens tokens;

  abstract TestKeystone keystone();

  @BeforeEach
  void open() {
    tokens = KeystoneTokens.open(keystone().settings(), null, InstantSource.system());
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  private Issued member() throws Exception {
    keystone().addUser(name, "pass", name, "member");
    return keystone().login(name, "pass", name);
  }

  @Test
  void aTokenSaysWhoCallsForWhichProject() throws Exception {
    Issued issued = member();
    Caller caller = tokens.verify(issued.token());
    assertThat(caller.userId()).isEqualTo(issued.user());
    assertThat(caller.owner().project().toString().replace("-", "")).isEqualTo(issued.project());
    assertThat(caller.roles()).containsExactlyInAnyOrder("member", "reader");
    assertThat(caller.expiresAt())
        .isAfter(Instant.now())
        .isEqualTo(Instant.parse(issued.said().get("expires_at").asString()));
  }

  @Test
  void aTokenForNothingOrTheSystemIsForNoProject() throws Exception {
    keystone().addUser(name, "pass", name, "member");
    Caller nothing = tokens.verify(keystone().login(name, "pass", Map.of()).token());
    assertThat(nothing.project()).isNull();
    assertThat(nothing.roles()).isEmpty();
    Map<String, Object> system = Map.of("system", Map.of("all", true));
    Caller admin =
        tokens.verify(keystone().login("admin", keystone().adminPassword(), system).token());
    assertThat(admin.project()).isNull();
    assertThat(admin.isAdmin()).isTrue();
  }

  @Test
  void whatIsNoTokenOrWasRevokedIsVoid() throws Exception {
    for (String none : new String[] {"x", "0".repeat(32), "a".repeat(2048), "", "a b", "\u00e9"}) {
      assertThatThrownBy(() -> tokens.verify(none)).isInstanceOf(UnauthorizedException.class);
    }
    String revoked = member().token();
    keystone().revoke(revoked);
    assertThatThrownBy(() -> tokens.verify(revoked)).isInstanceOf(UnauthorizedException.class);
  }

  @Test
  void whatWasSaidIsRememberedAndAnotherServiceLearnsOfTheRevocation() throws Exception {
    String token = member().token();
    Caller caller = tokens.verify(token);
    keystone().revoke(token);
    assertThat(tokens.verify(token)).isEqualTo(caller);
    try (var others = KeystoneTokens.open(keystone().settings(), null, InstantSource.system())) {
      assertThatThrownBy(() -> others.verify(token)).isInstanceOf(UnauthorizedException.class);
    }
  }

  @Test
  void aServiceThatCannotLogInSaysNothingOfTokens() throws Exception {
    assertRefuses(TestKeystone.account("admin", "wrong", "admin"), member().token());
  }

  @Test
  void aServiceThatMayNotAskSaysNothingOfTokens() throws Exception {
    String token = member().token();
    assertRefuses(
        TestKeystone.account(name, "pass", name),
        keystone().login("admin", keystone().adminPassword(), "admin").token());
    assertThat(tokens.verify(token).isAdmin()).isFalse();
  }

  private void assertRefuses(Account account, String token) {
    var settings = new KeystoneSettings(keystone().url(), account, null);
    try (var refused = KeystoneTokens.open(settings, null, InstantSource.system())) {
      assertThatThrownBy(() -> refused.verify(token))
          .isInstanceOf(IdentityUnavailableException.class)
          .hasMessageStartingWith("Keystone refuses this service")
          .extracting(e -> ((IdentityUnavailableException) e).retryAfter())
          .isEqualTo(Duration.ofSeconds(30));
    }
  }
}
