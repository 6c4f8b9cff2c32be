package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.model.Ec2Credential;
import atoll.model.Project;
import atoll.model.Role;
import atoll.model.Scope;
import atoll.model.User;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnBothDatabases
class IdentityTest {
  @TempDir Path folder;

  private IdentityFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new IdentityFixture(folder);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void emptyDatabaseGetsAnAdmin() throws Exception {
    assertThat(fixture.adminPassword()).hasSize(24);
    User admin = fixture.identity.logins().byName("admin", fixture.adminPassword());
    Caller caller =
        fixture
            .identity
            .tokens()
            .verify(fixture.token(admin, new Scope.OfProject(fixture.adminProject())));
    assertThat(caller.roles()).containsExactlyInAnyOrder("admin", "member", "reader");
    assertThat(fixture.identity.roles().list())
        .extracting(Role::name)
        .containsExactly("admin", "member", "reader");
  }

  @Test
  void passwordIsTheOldOneWhenItIsOpenedAgain() throws Exception {
    String password = fixture.adminPassword();
    fixture.close();
    fixture = new IdentityFixture(folder);
    assertThat(fixture.adminPassword()).isEmpty();
    assertThat(fixture.identity.logins().byName("admin", password).name()).isEqualTo("admin");
  }

  @Test
  void resetMakesAWayInWhateverHappened() throws Exception {
    User admin = fixture.admin();
    String old = fixture.token(admin, new Scope.OfSystem());
    User _ =
        fixture
            .identity
            .users()
            .update(admin.id(), new UserChange(null, "lost", null, null, false, null));
    fixture.identity.projects().delete(fixture.adminProject());
    for (int i = 0; i < Attempts.FAILURES_MAX; i++) {
      assertThatThrownBy(() -> fixture.identity.logins().byName("admin", "guess"))
          .isInstanceOf(UnauthorizedException.class);
    }
    NewPassword password = fixture.identity.resetAdminPassword();
    assertThat(password.toString()).doesNotContain(password.password());
    User now = fixture.identity.logins().byName("admin", password.password());
    assertThat(now.id()).isEqualTo(admin.id());
    Scope scope = new Scope.OfProject(fixture.adminProject());
    assertThat(fixture.identity.tokens().verify(fixture.token(now, scope)).isAdmin()).isTrue();
    assertThatThrownBy(() -> fixture.identity.tokens().verify(old))
        .isInstanceOf(UnauthorizedException.class);
  }

  @Test
  void namesAreGivenOnce() {
    Project sea = fixture.project("sea");
    Project lake = fixture.project("lake");
    User anna = fixture.user("anna", (String) null);
    User berta = fixture.user("berta", (String) null);
    assertConflict(() -> fixture.project("sea"));
    assertConflict(() -> fixture.user("anna", (String) null));
    assertConflict(
        () -> fixture.identity.projects().update(lake.id(), new ProjectChange("sea", null, null)));
    assertConflict(() ->
        fixture
            .identity
            .users()
            .update(berta.id(), new UserChange("anna", null, null, null, null, null)));
    assertThat(fixture.identity.projects().get(sea.id())).isEqualTo(sea);
    assertThat(fixture.identity.users().get(anna.id())).isEqualTo(anna);
  }

  @Test
  void whatADeletedProjectHadGoesWithIt() {
    Project sea = fixture.project("sea");
    User anna = fixture.user("anna", sea, "member");
    User _ =
        fixture
            .identity
            .users()
            .update(
                anna.id(),
                new UserChange(
                    null, null, null, null, null, new UserChange.DefaultProject(sea.id())));
    Ec2Credential keys = fixture.identity.credentials().create(anna.id(), sea.id());
    assertThat(keys.toString()).doesNotContain(keys.secret());
    fixture.identity.projects().delete(sea.id());
    assertThat(fixture.identity.credentials().of(anna.id())).isEmpty();
    assertThat(fixture.identity.users().get(anna.id()).defaultProject()).isNull();
    assertThat(fixture.identity.grants().list())
        .noneMatch(grant -> grant.user().id().equals(anna.id()));
  }

  @Test
  void keysAreMadeOnlyWhereOneHasARole() {
    Project sea = fixture.project("sea");
    User anna = fixture.user("anna", (String) null);
    assertThatThrownBy(() -> fixture.identity.credentials().create(anna.id(), sea.id()))
        .isInstanceOf(IdentityRefusedException.class);
  }

  private static void assertConflict(Runnable verb) {
    assertThatThrownBy(verb::run)
        .isInstanceOfSatisfying(
            IdentityRefusedException.class,
            e -> assertThat(e.refusal()).isInstanceOf(IdentityRefusal.Conflict.class));
  }
}
