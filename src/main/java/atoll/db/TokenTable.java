package atoll.db;

import static atoll.db.Columns.micros;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Tokens that were revoked, until they would have ended by themselves; others have no row. */
public final class TokenTable {
  private final Handle handle;

  TokenTable(Handle handle) {
    this.handle = handle;
  }

  /** Records that a token was revoked, and forgets those that have ended. */
  public void revoke(String auditId, Instant expiresAt, Instant now) {
    handle
        .createUpdate("delete from revoked_tokens where expires_at < :now")
        .bind("now", micros(now))
        .execute();
    handle
        .createUpdate(
            """
            insert into revoked_tokens (audit_id, expires_at) values (:id, :expires)
            on conflict do nothing
            """)
        .bind("id", auditId)
        .bind("expires", micros(expiresAt))
        .execute();
  }

  /** Whether a token was revoked. */
  public boolean isRevoked(String auditId) {
    return handle
        .createQuery("select 1 from revoked_tokens where audit_id = :id")
        .bind("id", auditId)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /** How many rows there are. */
  public long count() {
    return handle.createQuery("select count(*) from revoked_tokens").mapTo(Long.class).one();
  }
}
