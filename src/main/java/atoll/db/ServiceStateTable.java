package atoll.db;

import atoll.model.ServiceState;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What administrators have said of services. */
public final class ServiceStateTable {
  private final Handle handle;

  ServiceStateTable(Handle handle) {
    this.handle = handle;
  }

  /** Of those of which something was said. */
  public List<ServiceState> list() {
    return handle
        .createQuery("select * from service_states order by name, host")
        .map((row, _) ->
            new ServiceState(
                row.getString("name"),
                row.getString("host"),
                row.getInt("enabled") == 1,
                row.getString("disabled_reason"),
                row.getInt("frozen") == 1))
        .list();
  }

  /** Keeps what was said, in place of what was said before. */
  public void put(ServiceState state) {
    handle
        .createUpdate(
            """
            insert into service_states (name, host, enabled, disabled_reason, frozen)
            values (:name, :host, :enabled, :reason, :frozen)
            on conflict (name, host) do update set enabled = excluded.enabled,
              disabled_reason = excluded.disabled_reason, frozen = excluded.frozen
            """)
        .bind("name", state.name())
        .bind("host", state.host())
        .bind("enabled", state.enabled() ? 1 : 0)
        .bind("reason", state.disabledReason())
        .bind("frozen", state.frozen() ? 1 : 0)
        .execute();
  }
}
