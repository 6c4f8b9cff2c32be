package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.User;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginsTest {
  private static final UserChange DISABLED = new UserChange(null, null, null, null, false, null);

  @TempDir Path folder;

  private IdentityFixture fixture;
  private Logins logins;

  @BeforeEach
  void open() throws IOException {
    fixture = new IdentityFixture(folder);
    logins = fixture.identity.logins();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void userLogsInByNameAndById() throws Exception {
    User user = fixture.user("anna", "geheim");
    assertThat(logins.byName("anna", "geheim")).isEqualTo(user);
    assertThat(logins.byId(user.id(), "geheim")).isEqualTo(user);
  }

  @Test
  void wrongPasswordsAreRefused() throws Exception {
    User user = fixture.user("anna", "geheim");
    User _ = logins.byId(user.id(), "geheim"); // and what is remembered does not help
    for (String wrong : new String[] {"Geheim", "", "geheim\0", "x".repeat(100_000)}) {
      assertRefused("anna", wrong);
    }
  }

  @Test
  void unknownUserIsRefused() {
    assertRefused("nobody", "geheim");
  }

  @Test
  void userWithoutPasswordCannotLogIn() {
    User _ = fixture.user("robot", (String) null);
    assertRefused("robot", "");
    assertRefused("robot", "null");
  }

  @Test
  void disabledUserIsRefusedThoughHeHasJustLoggedIn() throws Exception {
    User user = fixture.user("anna", "geheim");
    User _ = logins.byName("anna", "geheim");
    User _ = fixture.identity.users().update(user.id(), DISABLED);
    assertRefused("anna", "geheim");
  }

  @Test
  void oldPasswordIsForgottenWhenThereIsAnother() throws Exception {
    User user = fixture.user("anna", "geheim");
    User _ = logins.byName("anna", "geheim");
    logins.changePassword(user.id(), "geheim", "neu");
    assertRefused("anna", "geheim");
    assertThat(logins.byName("anna", "neu").tokenEra()).isEqualTo(user.tokenEra() + 1);
  }

  @Test
  void passwordIsChangedByWhoKnowsItOnly() throws Exception {
    User user = fixture.user("anna", "geheim");
    assertThatThrownBy(() -> logins.changePassword(user.id(), "falsch", "neu"))
        .isInstanceOf(UnauthorizedException.class);
    assertThatThrownBy(() -> logins.changePassword(user.id(), "geheim", ""))
        .isInstanceOf(IdentityRefusedException.class);
    assertThat(logins.byName("anna", "geheim")).isEqualTo(user);
  }

  @Test
  void rightPasswordIsRefusedAfterFiveWrongOnesUntilTheMinuteIsOver() throws Exception {
    User user = fixture.user("anna", "geheim");
    User _ = logins.byName("anna", "geheim");
    for (int i = 0; i < Attempts.FAILURES_MAX; i++) {
      assertRefused("anna", "wrong " + i);
      fixture.clock.advance(Duration.ofSeconds(10));
    }
    assertRefused("anna", "geheim");
    assertThatThrownBy(() -> logins.byId(user.id(), "geheim"))
        .isInstanceOf(UnauthorizedException.class);
    fixture.clock.advance(Duration.ofSeconds(10));
    assertThat(logins.byName("anna", "geheim")).isEqualTo(user);
  }

  @Test
  void attemptsOfOneUserDoNotLockOutAnother() throws Exception {
    User _ = fixture.user("anna", "geheim");
    User berta = fixture.user("berta", "auch geheim");
    for (int i = 0; i < Attempts.FAILURES_MAX; i++) {
      assertRefused("anna", "wrong");
    }
    assertThat(logins.byName("berta", "auch geheim")).isEqualTo(berta);
  }

  @Test
  void manyAttemptsAtOnceAreCountedAsWell() throws Exception {
    User _ = fixture.user("anna", "geheim");
    var attempts = new ArrayList<Future<User>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        String guess = "guess " + i;
        attempts.add(threads.submit(() -> logins.byName("anna", guess)));
      }
    }
    assertThat(attempts).allMatch(attempt -> attempt.state() == Future.State.FAILED);
    assertRefused("anna", "geheim");
  }

  @Test
  void manyLoginsAtOnceSucceed() {
    User _ = fixture.user("anna", "geheim");
    var successes = new ArrayList<Future<User>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        successes.add(threads.submit(() -> logins.byName("anna", "geheim")));
      }
    }
    assertThat(successes).allMatch(login -> login.state() == Future.State.SUCCESS);
  }

  private void assertRefused(String name, String password) {
    assertThatThrownBy(() -> logins.byName(name, password))
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageNotContaining("geheim");
  }
}
