package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Ec2Credential;
import atoll.model.ProjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The keys of users for the EC2 API. */
public final class CredentialTable {
  private final Handle handle;

  CredentialTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a pair of keys. */
  public void insert(Ec2Credential credential) {
    handle
        .createUpdate(
            """
            insert into ec2_credentials (access, secret, user_id, project_id, created_at)
            values (:access, :secret, :user, :project, :created)
            """)
        .bind("access", credential.access())
        .bind("secret", credential.secret())
        .bind("user", credential.user())
        .bind("project", credential.project().toString())
        .bind("created", micros(credential.createdAt()))
        .execute();
  }

  /** The pair that an access key names. */
  public Optional<Ec2Credential> find(String access) {
    return handle
        .createQuery("select * from ec2_credentials where access = :access")
        .bind("access", access)
        .map((row, _) -> credential(row))
        .findOne();
  }

  /** Those of a user, oldest first. */
  public List<Ec2Credential> of(String user) {
    return handle
        .createQuery(
            "select * from ec2_credentials where user_id = :user order by created_at, access")
        .bind("user", user)
        .map((row, _) -> credential(row))
        .list();
  }

  /** Removes a pair, if it is there. */
  public void delete(String access) {
    handle
        .createUpdate("delete from ec2_credentials where access = :access")
        .bind("access", access)
        .execute();
  }

  private static Ec2Credential credential(ResultSet row) throws SQLException {
    return new Ec2Credential(
        row.getString("access"),
        row.getString("secret"),
        row.getString("user_id"),
        ProjectId.of(row.getString("project_id")),
        instant(row, "created_at"));
  }
}
