package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.ProjectId;
import atoll.model.Role;
import atoll.model.RoleAssignment;
import atoll.model.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Roles, and who has them on what. */
public final class RoleTable {
  private static final String DOMAIN = "domain";
  private static final String SYSTEM = "system";

  private final Handle handle;

  RoleTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a role; false if another has its name. */
  public boolean insert(Role role) {
    return handle
            .createUpdate(
                """
                insert into roles (id, name, description, created_at)
                values (:id, :name, :description, :created)
                on conflict do nothing
                """)
            .bind("id", role.id())
            .bind("name", role.name())
            .bind("description", role.description())
            .bind("created", micros(role.createdAt()))
            .execute()
        == 1;
  }

  /** The role of that id. */
  public Optional<Role> find(String id) {
    return handle
        .createQuery("select * from roles where id = :id")
        .bind("id", id)
        .map((row, _) -> role(row))
        .findOne();
  }

  /** The role of that name, in capitals or not. */
  public Optional<Role> findNamed(String name) {
    return handle
        .createQuery("select * from roles where lower(name) = :name")
        .bind("name", inLowerCase(name))
        .map((row, _) -> role(row))
        .findOne();
  }

  /** Of ASCII only, as the databases do it. */
  private static String inLowerCase(String name) {
    return name.codePoints()
        .map(each -> each >= 'A' && each <= 'Z' ? each - 'A' + 'a' : each)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** All of them, by name. */
  public List<Role> list() {
    return handle
        .createQuery("select * from roles order by name")
        .map((row, _) -> role(row))
        .list();
  }

  /** Writes a role anew. */
  public void update(Role role) {
    handle
        .createUpdate("update roles set name = :name, description = :description where id = :id")
        .bind("id", role.id())
        .bind("name", role.name())
        .bind("description", role.description())
        .execute();
  }

  /** Removes a role, and takes it from all who have it; false if there is none. */
  public boolean delete(String id) {
    return handle.createUpdate("delete from roles where id = :id").bind("id", id).execute() == 1;
  }

  /** Gives a role, if the user has it not yet. */
  public void grant(RoleAssignment assignment) {
    handle
        .createUpdate(
            """
            insert into role_assignments (user_id, target, role_id) values (:user, :target, :role)
            on conflict do nothing
            """)
        .bind("user", assignment.user())
        .bind("target", target(assignment.scope()))
        .bind("role", assignment.role())
        .execute();
  }

  /** Takes a role; false if the user had it not. */
  public boolean revoke(RoleAssignment assignment) {
    return handle
            .createUpdate(
                """
                delete from role_assignments
                where user_id = :user and target = :target and role_id = :role
                """)
            .bind("user", assignment.user())
            .bind("target", target(assignment.scope()))
            .bind("role", assignment.role())
            .execute()
        == 1;
  }

  /** What a user has on something, by name. */
  public List<Role> of(String user, Scope scope) {
    return handle
        .createQuery(
            """
            select * from roles where id in (
              select role_id from role_assignments where user_id = :user and target = :target)
            order by name
            """)
        .bind("user", user)
        .bind("target", target(scope))
        .map((row, _) -> role(row))
        .list();
  }

  /** Who has what on what. */
  public List<RoleAssignment> assignments() {
    return handle
        .createQuery("select * from role_assignments order by user_id, target, role_id")
        .map((row, _) ->
            new RoleAssignment(
                row.getString("user_id"), scope(row.getString("target")), row.getString("role_id")))
        .list();
  }

  private static String target(Scope scope) {
    return switch (scope) {
      case Scope.OfProject(ProjectId project) -> project.toString();
      case Scope.OfDomain() -> DOMAIN;
      case Scope.OfSystem() -> SYSTEM;
    };
  }

  private static Scope scope(String target) {
    return switch (target) {
      case DOMAIN -> new Scope.OfDomain();
      case SYSTEM -> new Scope.OfSystem();
      default -> new Scope.OfProject(ProjectId.of(target));
    };
  }

  private static Role role(ResultSet row) throws SQLException {
    return new Role(
        row.getString("id"),
        row.getString("name"),
        row.getString("description"),
        instant(row, "created_at"));
  }
}
