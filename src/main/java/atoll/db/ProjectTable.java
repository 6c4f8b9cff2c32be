package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Project;
import atoll.model.ProjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Projects; a deleted one has no row. */
public final class ProjectTable {
  private final Handle handle;

  ProjectTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a project; false if another has its name. */
  public boolean insert(Project project) {
    return handle
            .createUpdate(
                """
                insert into projects (id, name, description, enabled, created_at)
                values (:id, :name, :description, :enabled, :created)
                on conflict do nothing
                """)
            .bind("id", project.id().toString())
            .bind("name", project.name())
            .bind("description", project.description())
            .bind("enabled", project.enabled() ? 1 : 0)
            .bind("created", micros(project.createdAt()))
            .execute()
        == 1;
  }

  /** The project of that id. */
  public Optional<Project> find(ProjectId id) {
    return handle
        .createQuery("select * from projects where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> project(row))
        .findOne();
  }

  /** The project of that name. */
  public Optional<Project> findNamed(String name) {
    return handle
        .createQuery("select * from projects where name = :name")
        .bind("name", name)
        .map((row, _) -> project(row))
        .findOne();
  }

  /** All of them, by name. */
  public List<Project> list() {
    return handle
        .createQuery("select * from projects order by name")
        .map((row, _) -> project(row))
        .list();
  }

  /** Those in which a user has a role, by name. */
  public List<Project> of(String user) {
    return handle
        .createQuery(
            """
            select * from projects
            where id in (select target from role_assignments where user_id = :user)
            order by name
            """)
        .bind("user", user)
        .map((row, _) -> project(row))
        .list();
  }

  /** Writes a project anew. */
  public void update(Project project) {
    handle
        .createUpdate(
            """
            update projects set name = :name, description = :description, enabled = :enabled
            where id = :id
            """)
        .bind("id", project.id().toString())
        .bind("name", project.name())
        .bind("description", project.description())
        .bind("enabled", project.enabled() ? 1 : 0)
        .execute();
  }

  /** Removes a project, its credentials and all roles in it; false if there is none. */
  public boolean delete(ProjectId id) {
    handle
        .createUpdate("delete from role_assignments where target = :id")
        .bind("id", id.toString())
        .execute();
    return handle
            .createUpdate("delete from projects where id = :id")
            .bind("id", id.toString())
            .execute()
        == 1;
  }

  private static Project project(ResultSet row) throws SQLException {
    return new Project(
        ProjectId.of(row.getString("id")),
        row.getString("name"),
        row.getString("description"),
        row.getInt("enabled") == 1,
        instant(row, "created_at"));
  }
}
