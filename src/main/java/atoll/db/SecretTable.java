package atoll.db;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the service alone must know, such as the key that signs tokens. */
public final class SecretTable {
  private final Handle handle;

  SecretTable(Handle handle) {
    this.handle = handle;
  }

  /** The secret of that name, which becomes {@code first} if there is none yet. */
  public String findOrInsert(String name, String first) {
    handle
        .createUpdate(
            "insert into secrets (name, value) values (:name, :value) on conflict do nothing")
        .bind("name", name)
        .bind("value", first)
        .execute();
    return find(name).orElseThrow();
  }

  /** The secret of that name. */
  public Optional<String> find(String name) {
    return handle
        .createQuery("select value from secrets where name = :name")
        .bind("name", name)
        .mapTo(String.class)
        .findOne();
  }
}
