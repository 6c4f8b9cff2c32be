package atoll.db;

import atoll.model.MetadataKind;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Names and values that are noted on things. */
public final class MetadataTable {
  private final Handle handle;

  MetadataTable(Handle handle) {
    this.handle = handle;
  }

  /** What is noted on some things, by id; nothing of those without. */
  public Map<String, Map<String, String>> of(MetadataKind kind, Collection<String> subjects) {
    if (subjects.isEmpty()) {
      return Map.of();
    }
    var all = new HashMap<String, Map<String, String>>();
    handle
        .createQuery("select * from metadata where kind = :kind and subject in (<subjects>)")
        .bind("kind", kind.name())
        .bindList("subjects", subjects)
        .map((row, _) ->
            all.computeIfAbsent(row.getString("subject"), _ -> new TreeMap<>())
                .put(row.getString("name"), row.getString("value")))
        .list();
    return all;
  }

  /** What is noted of all kinds on some things, by kind and id; nothing of those without. */
  public Map<MetadataKind, Map<String, Map<String, String>>> of(Collection<String> subjects) {
    var all = new EnumMap<MetadataKind, Map<String, Map<String, String>>>(MetadataKind.class);
    if (subjects.isEmpty()) {
      return all;
    }
    handle
        .createQuery("select * from metadata where subject in (<subjects>)")
        .bindList("subjects", subjects)
        .map((row, _) ->
            all.computeIfAbsent(MetadataKind.valueOf(row.getString("kind")), _ -> new HashMap<>())
                .computeIfAbsent(row.getString("subject"), _ -> new TreeMap<>())
                .put(row.getString("name"), row.getString("value")))
        .list();
    return all;
  }

  /** Notes something on a thing, in place of what was noted under the same names. */
  public void put(MetadataKind kind, String subject, Map<String, String> notes) {
    notes.forEach((name, value) ->
        handle
            .createUpdate(
                """
                insert into metadata (subject, kind, name, value) values (:subject, :kind, :name, :value)
                on conflict (subject, kind, name) do update set value = excluded.value
                """)
            .bind("subject", subject)
            .bind("kind", kind.name())
            .bind("name", name)
            .bind("value", value)
            .execute());
  }

  /** Notes something on a thing, in place of all of that kind that was noted. */
  public void replace(MetadataKind kind, String subject, Map<String, String> notes) {
    clear(kind, subject);
    put(kind, subject, notes);
  }

  /** Takes back what was noted under a name; false if nothing was. */
  public boolean remove(MetadataKind kind, String subject, String name) {
    return handle
            .createUpdate(
                "delete from metadata where subject = :subject and kind = :kind and name = :name")
            .bind("subject", subject)
            .bind("kind", kind.name())
            .bind("name", name)
            .execute()
        == 1;
  }

  /** Takes back all of a kind that was noted on a thing. */
  public void clear(MetadataKind kind, String subject) {
    handle
        .createUpdate("delete from metadata where subject = :subject and kind = :kind")
        .bind("subject", subject)
        .bind("kind", kind.name())
        .execute();
  }
}
