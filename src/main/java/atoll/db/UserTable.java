package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.model.ProjectId;
import atoll.model.User;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Users and the hashes of their passwords; a deleted user has no row. */
public final class UserTable {
  private final Handle handle;

  UserTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * Adds a user; false if another has the name.
   *
   * @param passwordHash null for one who cannot log in
   */
  public boolean insert(User user, @Nullable String passwordHash) {
    return handle
            .createUpdate(
                """
                insert into users (id, name, email, description, enabled, default_project,
                  password_hash, token_era, created_at)
                values (:id, :name, :email, :description, :enabled, :project, :hash, :era, :created)
                on conflict do nothing
                """)
            .bind("id", user.id())
            .bind("name", user.name())
            .bind("email", user.email())
            .bind("description", user.description())
            .bind("enabled", user.enabled() ? 1 : 0)
            .bind("project", text(user.defaultProject()))
            .bind("hash", passwordHash)
            .bind("era", user.tokenEra())
            .bind("created", micros(user.createdAt()))
            .execute()
        == 1;
  }

  /** The user of that id. */
  public Optional<User> find(String id) {
    return handle
        .createQuery("select * from users where id = :id")
        .bind("id", id)
        .map((row, _) -> user(row))
        .findOne();
  }

  /** The user of that name. */
  public Optional<User> findNamed(String name) {
    return handle
        .createQuery("select * from users where name = :name")
        .bind("name", name)
        .map((row, _) -> user(row))
        .findOne();
  }

  /** All of them, by name. */
  public List<User> list() {
    return handle
        .createQuery("select * from users order by name")
        .map((row, _) -> user(row))
        .list();
  }

  /** Writes a user anew, but for the password. */
  public void update(User user) {
    handle
        .createUpdate(
            """
            update users set name = :name, email = :email, description = :description,
              enabled = :enabled, default_project = :project, token_era = :era
            where id = :id
            """)
        .bind("id", user.id())
        .bind("name", user.name())
        .bind("email", user.email())
        .bind("description", user.description())
        .bind("enabled", user.enabled() ? 1 : 0)
        .bind("project", text(user.defaultProject()))
        .bind("era", user.tokenEra())
        .execute();
  }

  /** The hash of a user's password; null if there is no password, or no such user. */
  public @Nullable String passwordHash(String id) {
    return handle
        .createQuery("select password_hash from users where id = :id and password_hash is not null")
        .bind("id", id)
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  /** Records another password. */
  public void setPasswordHash(String id, @Nullable String hash) {
    handle
        .createUpdate("update users set password_hash = :hash where id = :id")
        .bind("id", id)
        .bind("hash", hash)
        .execute();
  }

  /** Removes a user with roles and credentials; false if there is none. */
  public boolean delete(String id) {
    return handle.createUpdate("delete from users where id = :id").bind("id", id).execute() == 1;
  }

  private static User user(ResultSet row) throws SQLException {
    return new User(
        row.getString("id"),
        row.getString("name"),
        row.getString("email"),
        row.getString("description"),
        row.getInt("enabled") == 1,
        idOrNull(row, "default_project", ProjectId::of),
        row.getLong("token_era"),
        instant(row, "created_at"));
  }
}
