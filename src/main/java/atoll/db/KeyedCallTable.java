package atoll.db;

import static atoll.db.Columns.micros;

import atoll.model.KeyedCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Calls that carried a key, by caller and a name made of the key. */
public final class KeyedCallTable {
  private final Handle handle;

  KeyedCallTable(Handle handle) {
    this.handle = handle;
  }

  /** Records that a call is being answered; false if there is one of that name. */
  public boolean begin(String caller, String name, String asked, String process, Instant now) {
    return handle
            .createUpdate(
                """
                insert into keyed_calls (caller, name, fingerprint, process, begun_at)
                values (:caller, :name, :asked, :process, :now)
                on conflict do nothing
                """)
            .bind("caller", caller)
            .bind("name", name)
            .bind("asked", asked)
            .bind("process", process)
            .bind("now", micros(now))
            .execute()
        == 1;
  }

  /** The call of a name. */
  public Optional<KeyedCall> find(String caller, String name) {
    return handle
        .createQuery("select * from keyed_calls where caller = :caller and name = :name")
        .bind("caller", caller)
        .bind("name", name)
        .map((row, _) -> call(row))
        .findOne();
  }

  /** Records what was answered. */
  public void answered(String caller, String name, String answer) {
    handle
        .createUpdate(
            """
            update keyed_calls set answer = :answer
            where caller = :caller and name = :name
            """)
        .bind("caller", caller)
        .bind("name", name)
        .bind("answer", answer)
        .execute();
  }

  /** Records that nobody is at a call any more. */
  public void abandon(String caller, String name) {
    handle
        .createUpdate("update keyed_calls set process = '' where caller = :caller and name = :name")
        .bind("caller", caller)
        .bind("name", name)
        .execute();
  }

  /** Forgets a call. */
  public void forget(String caller, String name) {
    handle
        .createUpdate("delete from keyed_calls where caller = :caller and name = :name")
        .bind("caller", caller)
        .bind("name", name)
        .execute();
  }

  /** Forgets all that began before a time. */
  public void forgetBefore(Instant time) {
    handle
        .createUpdate("delete from keyed_calls where begun_at < :time")
        .bind("time", micros(time))
        .execute();
  }

  private static KeyedCall call(ResultSet row) throws SQLException {
    return new KeyedCall(
        row.getString("fingerprint"), row.getString("process"), row.getString("answer"));
  }
}
