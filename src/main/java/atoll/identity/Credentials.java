package atoll.identity;

import atoll.identity.IdentityRefusal.Forbidden;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.model.Ec2Credential;
import atoll.model.ProjectId;
import atoll.model.Scope;
import java.time.InstantSource;
import java.util.List;

/** The keys with which users sign calls to the EC2 API. */
public final class Credentials {
  private final Ledger ledger;
  private final Randomness randomness;
  private final InstantSource clock;

  Credentials(Ledger ledger, Randomness randomness, InstantSource clock) {
    this.ledger = ledger;
    this.randomness = randomness;
    this.clock = clock;
  }

  /** Makes a pair of keys for a project in which the user has a role. */
  public Ec2Credential create(String user, ProjectId project) {
    var credential =
        new Ec2Credential(randomness.hexId(), randomness.hexId(), user, project, clock.instant());
    ledger.change(tx -> {
      var _ = Users.find(tx, user);
      var _ = Projects.find(tx, project);
      if (tx.roles().of(user, new Scope.OfProject(project)).isEmpty()) {
        throw new IdentityRefusedException(
            new Forbidden("User %s has no role in the project.".formatted(user)));
      }
      tx.credentials().insert(credential);
    });
    return credential;
  }

  /** One pair of a user's. */
  public Ec2Credential get(String user, String access) {
    return ledger.read(tx ->
        tx.credentials()
            .find(access)
            .filter(credential -> credential.user().equals(user))
            .orElseThrow(() -> notFound(access)));
  }

  /** All pairs of a user, oldest first. */
  public List<Ec2Credential> of(String user) {
    return ledger.read(tx -> tx.credentials().of(Users.find(tx, user).id()));
  }

  /** Removes a pair of a user's. */
  public void delete(String user, String access) {
    ledger.change(tx -> {
      if (tx.credentials().find(access).filter(it -> it.user().equals(user)).isEmpty()) {
        throw notFound(access);
      }
      tx.credentials().delete(access);
    });
  }

  private static IdentityRefusedException notFound(String access) {
    return new IdentityRefusedException(new NotFound("credential", access));
  }
}
