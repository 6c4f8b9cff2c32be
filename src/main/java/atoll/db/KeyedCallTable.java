package atoll.db;

import static atoll.db.Columns.micros;

import atoll.model.KeyedCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Calls that carried a key, by caller and key. */
public final class KeyedCallTable {
  private final Handle handle;

  KeyedCallTable(Handle handle) {
    this.handle = handle;
  }

  /** Records that a call is being answered; false if there is one of that key. */
  public boolean begin(String caller, String key, String fingerprint, String process, Instant now) {
    return handle
            .createUpdate(
                """
                insert into keyed_calls (caller, name, fingerprint, process, begun_at)
                values (:caller, :key, :fingerprint, :process, :now)
                on conflict do nothing
                """)
            .bind("caller", caller)
            .bind("key", key)
            .bind("fingerprint", fingerprint)
            .bind("process", process)
            .bind("now", micros(now))
            .execute()
        == 1;
  }

  /** The call of a key. */
  public Optional<KeyedCall> find(String caller, String key) {
    return handle
        .createQuery("select * from keyed_calls where caller = :caller and name = :key")
        .bind("caller", caller)
        .bind("key", key)
        .map((row, _) -> call(row))
        .findOne();
  }

  /** Records what was answered. */
  public void answered(String caller, String key, KeyedCall.Answer answer) {
    handle
        .createUpdate(
            """
            update keyed_calls set status = :status, headers = :headers, body = :body
            where caller = :caller and name = :key
            """)
        .bind("caller", caller)
        .bind("key", key)
        .bind("status", answer.status())
        .bind("headers", lines(answer.headers()))
        .bind("body", Base64.getEncoder().encodeToString(answer.body()))
        .execute();
  }

  /** Records that nobody is at a call any more. */
  public void abandon(String caller, String key) {
    handle
        .createUpdate("update keyed_calls set process = '' where caller = :caller and name = :key")
        .bind("caller", caller)
        .bind("key", key)
        .execute();
  }

  /** Forgets a call. */
  public void forget(String caller, String key) {
    handle
        .createUpdate("delete from keyed_calls where caller = :caller and name = :key")
        .bind("caller", caller)
        .bind("key", key)
        .execute();
  }

  /** Forgets all that began before a time. */
  public void forgetBefore(Instant time) {
    handle
        .createUpdate("delete from keyed_calls where begun_at < :time")
        .bind("time", micros(time))
        .execute();
  }

  private static String lines(Map<String, String> headers) {
    return headers.entrySet().stream()
        .map(header -> header.getKey() + ": " + header.getValue())
        .collect(Collectors.joining("\n"));
  }

  private static Map<String, String> headers(String lines) {
    var headers = new LinkedHashMap<String, String>();
    lines
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(": ");
          headers.put(line.substring(0, colon), line.substring(colon + 2));
        });
    return headers;
  }

  private static KeyedCall call(ResultSet row) throws SQLException {
    int status = row.getInt("status");
    KeyedCall.Answer answer =
        row.wasNull()
            ? null
            : new KeyedCall.Answer(
                status,
                headers(row.getString("headers")),
                Base64.getDecoder().decode(row.getString("body")));
    return new KeyedCall(row.getString("fingerprint"), row.getString("process"), answer);
  }
}
