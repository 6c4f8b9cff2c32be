package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.Project;
import atoll.model.Role;
import atoll.model.Scope;
import atoll.model.User;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  @TempDir Path folder;

  private IdentityFixture fixture;
  private Tokens tokens;
  private Project project;
  private User user;
  private String token;

  @BeforeEach
  void open() throws Exception {
    fixture = new IdentityFixture(folder);
    tokens = fixture.identity.tokens();
    project = fixture.project("sea");
    user = fixture.user("anna", project, "member");
    token = fixture.token(user, project);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void tokenSaysWhoCallsAndWhatHeMay() throws Exception {
    Caller caller = tokens.verify(token);
    assertThat(caller.userId()).isEqualTo(user.id());
    assertThat(caller.project()).isEqualTo(project.id());
    assertThat(caller.roles()).containsExactlyInAnyOrder("member", "reader");
    assertThat(caller.expiresAt())
        .isEqualTo(fixture.clock.instant().plus(IdentitySettings.DEFAULT.tokenLifetime()));
  }

  @Test
  void tokenForNothingHasNoRoles() throws Exception {
    Caller caller = tokens.verify(fixture.token(user, (Scope) null));
    assertThat(caller.roles()).isEmpty();
    assertThat(caller.project()).isNull();
  }

  @Test
  void tokenIsHadOnlyWhereOneHasARole() throws Exception {
    Project other = fixture.project("lake");
    for (Scope scope :
        new Scope[] {new Scope.OfProject(other.id()), new Scope.OfDomain(), new Scope.OfSystem()}) {
      assertThatThrownBy(() -> tokens.issue(user, scope)).isInstanceOf(UnauthorizedException.class);
    }
  }

  @Test
  void tokenEnds() throws Exception {
    fixture.clock.advance(IdentitySettings.DEFAULT.tokenLifetime().minusNanos(1000));
    Caller _ = tokens.verify(token);
    fixture.clock.advance(Duration.ofNanos(1000));
    assertVoid(token);
  }

  @Test
  void noByteOfATokenCanBeAnother() {
    byte[] bytes = Base64.getUrlDecoder().decode(token);
    for (int i = 0; i < bytes.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] changed = bytes.clone();
        changed[i] ^= (byte) (1 << bit);
        assertVoid(Base64.getUrlEncoder().withoutPadding().encodeToString(changed));
      }
    }
  }

  @Test
  void noLetterOfATokenCanBeAnother() {
    for (int i = 0; i < token.length(); i++) {
      for (char letter : new char[] {'A', 'B', '_', '=', ' ', '\u0130'}) {
        if (token.charAt(i) != letter) {
          assertVoid(token.substring(0, i) + letter + token.substring(i + 1));
        }
      }
    }
  }

  @Test
  void lastLetterOfATokenIsOneOnly() {
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < letters.length(); i++) {
      String other = token.substring(0, token.length() - 1) + letters.charAt(i);
      if (!other.equals(token)) {
        assertVoid(other);
      }
    }
  }

  @Test
  void whatIsNoTokenIsRefused() {
    for (String text :
        new String[] {"", "x", token + "A", token.substring(1), "\0", "a".repeat(99_999)}) {
      assertVoid(text);
    }
  }

  @Test
  void tokenOfAnotherServiceIsVoid() throws Exception {
    try (var other = new IdentityFixture(folder.resolve("other"))) {
      assertVoid(other.token(other.admin(), new Scope.OfSystem()));
    }
  }

  @Test
  void tokenOutlivesTheProcess() throws Exception {
    fixture.close();
    fixture = new IdentityFixture(folder);
    assertThat(fixture.identity.tokens().verify(token).userId()).isEqualTo(user.id());
  }

  @Test
  void revokedTokenIsVoidAndOthersAreNot() throws Exception {
    String other = fixture.token(user, project);
    tokens.revoke(tokens.look(token));
    assertVoid(token);
    assertThat(tokens.verify(other).userId()).isEqualTo(user.id());
  }

  @Test
  void revocationsAreForgottenWhenTheirTokensHaveEnded() throws Exception {
    tokens.revoke(tokens.look(token));
    fixture.clock.advance(IdentitySettings.DEFAULT.tokenLifetime().plusSeconds(1));
    tokens.revoke(tokens.look(fixture.token(user, project)));
    long rows = fixture.database.read(tx -> tx.tokens().count());
    assertThat(rows).isEqualTo(1);
  }

  @Test
  void takenRoleIsGoneAtOnce() throws Exception {
    fixture.grant(user, project, "admin");
    assertThat(tokens.verify(token).isAdmin()).isTrue();
    fixture.identity.grants().revoke(fixture.assignment(user, project, "admin"));
    assertThat(tokens.verify(token).isAdmin()).isFalse();
    fixture.identity.grants().revoke(fixture.assignment(user, project, "member"));
    assertVoid(token);
  }

  @Test
  void tokenOfADisabledUserIsVoidAlsoWhenHeIsEnabledAgain() throws Exception {
    Caller _ = tokens.verify(token);
    enable(user, false);
    assertVoid(token);
    enable(user, true);
    assertVoid(token);
    User now = fixture.identity.users().get(user.id());
    assertThat(tokens.verify(fixture.token(now, project)).isMember()).isTrue();
  }

  @Test
  void tokenForADisabledProjectIsVoidWhileItIs() throws Exception {
    Caller _ = tokens.verify(token);
    enable(project, false);
    assertVoid(token);
    assertThatThrownBy(() -> fixture.token(user, project))
        .isInstanceOf(UnauthorizedException.class);
    enable(project, true);
    assertThat(tokens.verify(token).isMember()).isTrue();
  }

  @Test
  void tokensOfBeforeAPasswordChangeAreVoid() {
    User _ =
        fixture
            .identity
            .users()
            .update(user.id(), new UserChange(null, "neu", null, null, null, null));
    assertVoid(token);
    // Whoever was shown to be the user by the old password gets nothing for it any more.
    assertThatThrownBy(() -> fixture.token(user, project))
        .isInstanceOf(UnauthorizedException.class);
  }

  @Test
  void tokensOfWhatIsGoneAreVoid() throws Exception {
    User other = fixture.user("berta", project, "member");
    String others = fixture.token(other, project);
    fixture.identity.users().delete(user.id());
    assertVoid(token);
    Caller _ = tokens.verify(others);
    fixture.identity.projects().delete(project.id());
    assertVoid(others);
  }

  @Test
  void writesOfOtherProcessesAreSeenAfterFiveSeconds() throws Exception {
    Caller _ = tokens.verify(token);
    boolean _ = fixture.database.write(tx -> tx.users().delete(user.id()));
    fixture.clock.advance(Duration.ofSeconds(5));
    assertVoid(token);
  }

  @Test
  void tokenMadeOfATokenEndsWithIt() throws Exception {
    fixture.clock.advance(Duration.ofMinutes(30));
    Authorization had = tokens.look(token);
    Authorization other = tokens.reissue(had, null).authorization();
    Authorization third = tokens.reissue(other, new Scope.OfProject(project.id())).authorization();
    assertThat(third.token().expiresAt()).isEqualTo(had.token().expiresAt());
    assertThat(third.token().parentAuditId()).isEqualTo(had.token().auditId());
    assertThat(third.token().methods())
        .containsExactlyInAnyOrder(Token.Method.PASSWORD, Token.Method.TOKEN);
  }

  @Test
  void tokenForTheSystemBecomesNoneForAProject() throws Exception {
    User admin = fixture.admin();
    Authorization system = tokens.look(fixture.token(admin, new Scope.OfSystem()));
    assertThatThrownBy(() -> tokens.reissue(system, new Scope.OfProject(fixture.adminProject())))
        .isInstanceOf(IdentityRefusedException.class);
  }

  @Test
  void rolesWithUnusualCapitalsCannotBeMade() {
    assertThatThrownBy(() -> fixture.identity.roles().create("ADMIN", null))
        .isInstanceOf(IdentityRefusedException.class);
    Role _ = fixture.identity.roles().create("auditor", null);
  }

  @Test
  void nothingThatIsLoggedShowsAToken() throws Exception {
    assertThat(tokens.issue(user, null).toString()).doesNotContain(token);
    assertThat(tokens.look(token).toString()).doesNotContain(token);
  }

  private void enable(User user, boolean enabled) {
    User _ =
        fixture
            .identity
            .users()
            .update(user.id(), new UserChange(null, null, null, null, enabled, null));
  }

  private void enable(Project project, boolean enabled) {
    Project _ =
        fixture.identity.projects().update(project.id(), new ProjectChange(null, null, enabled));
  }

  private void assertVoid(String text) {
    assertThatThrownBy(() -> tokens.verify(text)).isInstanceOf(UnauthorizedException.class);
  }
}
