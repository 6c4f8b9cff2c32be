package atoll.db;

import atoll.model.QuotaScope;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** Quotas that somebody has set. */
public final class QuotaTable {
  private final Handle handle;

  QuotaTable(Handle handle) {
    this.handle = handle;
  }

  /** Those of a scope, by name. */
  public Map<String, Long> of(QuotaScope scope) {
    var quotas = new HashMap<String, Long>();
    bind(
            handle.createQuery(
                "select resource, quota from quotas where scope = :scope and owner = :owner"),
            scope)
        .map((row, _) -> quotas.put(row.getString("resource"), row.getLong("quota")))
        .list();
    return quotas;
  }

  /** Sets some, in place of what was set under the same names. */
  public void put(QuotaScope scope, Map<String, Long> quotas) {
    quotas.forEach((name, quota) ->
        bind(
                handle.createUpdate(
                    """
                    insert into quotas (scope, owner, resource, quota) values (:scope, :owner, :name, :quota)
                    on conflict (scope, owner, resource) do update set quota = excluded.quota
                    """),
                scope)
            .bind("name", name)
            .bind("quota", quota)
            .execute());
  }

  /** Takes back all of a scope. */
  public void clear(QuotaScope scope) {
    bind(handle.createUpdate("delete from quotas where scope = :scope and owner = :owner"), scope)
        .execute();
  }

  private static <S extends SqlStatement<S>> S bind(S statement, QuotaScope scope) {
    return switch (scope) {
      case QuotaScope.OneProject(var id) ->
          statement.bind("scope", "PROJECT").bind("owner", id.toString());
      case QuotaScope.QuotaClass(var name) -> statement.bind("scope", "CLASS").bind("owner", name);
    };
  }
}
