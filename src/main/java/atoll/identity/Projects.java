package atoll.identity;

import atoll.db.Transaction;
import atoll.identity.IdentityRefusal.Conflict;
import atoll.identity.IdentityRefusal.NotFound;
import atoll.model.Project;
import atoll.model.ProjectId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The verbs of projects. */
public final class Projects {
  private static final String KIND = "project";

  private final Ledger ledger;
  private final Randomness randomness;
  private final InstantSource clock;

  Projects(Ledger ledger, Randomness randomness, InstantSource clock) {
    this.ledger = ledger;
    this.randomness = randomness;
    this.clock = clock;
  }

  /** Makes a project. */
  public Project create(String name, String description, boolean enabled) {
    var project = new Project(randomness.projectId(), name, description, enabled, clock.instant());
    if (!ledger.write(tx -> tx.projects().insert(project))) {
      throw new IdentityRefusedException(new Conflict(KIND, name));
    }
    return project;
  }

  /** The project of that id. */
  public Project get(ProjectId id) {
    return ledger.read(tx -> find(tx, id));
  }

  /** The project of that name. */
  public Optional<Project> named(String name) {
    return ledger.read(tx -> tx.projects().findNamed(name));
  }

  /** All projects, by name. */
  public List<Project> list() {
    return ledger.read(tx -> tx.projects().list());
  }

  /** Those in which a user has a role, by name. */
  public List<Project> of(String user) {
    return ledger.read(tx -> tx.projects().of(Users.find(tx, user).id()));
  }

  /** Changes a project. */
  public Project update(ProjectId id, ProjectChange change) {
    return ledger.write(tx -> {
      Project old = find(tx, id);
      var project =
          new Project(
              id,
              change.name() == null ? old.name() : change.name(),
              change.description() == null ? old.description() : change.description(),
              change.enabled() == null ? old.enabled() : change.enabled(),
              old.createdAt());
      Optional<Project> namesake = tx.projects().findNamed(project.name());
      if (namesake.isPresent() && !namesake.get().id().equals(id)) {
        throw new IdentityRefusedException(new Conflict(KIND, project.name()));
      }
      tx.projects().update(project);
      return project;
    });
  }

  /** Removes a project with the roles and credentials in it; what belongs to it stays. */
  public void delete(ProjectId id) {
    if (!ledger.write(tx -> tx.projects().delete(id))) {
      throw notFound(id);
    }
  }

  static Project find(Transaction tx, ProjectId id) {
    return tx.projects().find(id).orElseThrow(() -> notFound(id));
  }

  private static IdentityRefusedException notFound(ProjectId id) {
    return new IdentityRefusedException(new NotFound(KIND, id.toString().replace("-", "")));
  }
}
