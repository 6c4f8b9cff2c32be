package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.ServiceState;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What administrators have said of the services of this host. It is kept and shown; nothing else
 * comes of it, because there is no other host that could take the work over.
 */
public final class ServiceStates {
  private final Database database;

  ServiceStates(Database database) {
    this.database = database;
  }

  /** The state of a service, which its caller knows to be there. */
  public ServiceState of(String name, String host) {
    return database.read(tx -> of(tx, name, host));
  }

  private static ServiceState of(Transaction tx, String name, String host) {
    return tx.serviceStates().list().stream()
        .filter(state -> state.name().equals(name) && state.host().equals(host))
        .findFirst()
        .orElseGet(() -> ServiceState.fresh(name, host));
  }

  /** Says that a service may work. */
  public void enable(String name, String host) {
    change(name, host, was -> new ServiceState(name, host, true, null, was.frozen()));
  }

  /** Says that a service is to get no new work. */
  public void disable(String name, String host, @Nullable String reason) {
    change(name, host, was -> new ServiceState(name, host, false, reason, was.frozen()));
  }

  /** Says whether a service's storage is to be left alone. */
  public void setFrozen(String name, String host, boolean frozen) {
    change(
        name,
        host,
        was -> new ServiceState(name, host, was.enabled(), was.disabledReason(), frozen));
  }

  private void change(String name, String host, UnaryOperator<ServiceState> change) {
    database.change(tx -> tx.serviceStates().put(change.apply(of(tx, name, host))));
  }
}
