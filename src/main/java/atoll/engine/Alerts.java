package atoll.engine;

import atoll.db.Database;
import atoll.model.Alert;
import atoll.model.AlertDetails;
import atoll.model.AlertKind;
import atoll.model.ProjectId;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a person should know: the one place where the engine says it.
 *
 * <p>An alert is logged when it is raised and when it ends, not each time it is seen in between.
 * May be used from any thread.
 */
public final class Alerts {
  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);

  private final Database database;
  private final InstantSource clock;

  /** What may be in the database, so that what was never raised is ended without a transaction. */
  private final Set<Key> raised = ConcurrentHashMap.newKeySet();

  private record Key(AlertKind kind, UUID subject) {}

  Alerts(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Learns what an earlier process has raised. */
  void recover() {
    for (Alert alert : database.read(tx -> tx.alerts().listWithDismissed())) {
      raised.add(new Key(alert.kind(), alert.subject()));
    }
  }

  /**
   * Raises an alert, or says that what it is about is still so.
   *
   * @return whether it is new
   */
  boolean raise(AlertKind kind, UUID subject, String message) {
    raised.add(new Key(kind, subject));
    Alert alert = database.write(tx -> tx.alerts().raise(kind, subject, message, clock.instant()));
    boolean isNew = alert.times() == 1;
    if (isNew) {
      LOG.warn("alert {}: {} {}: {}", alert.id(), kind, subject, message);
    }
    return isNew;
  }

  /** What it was about is over; harmless if there was nothing. */
  void end(AlertKind kind, UUID subject) {
    if (raised.remove(new Key(kind, subject))) {
      for (Alert alert : database.write(tx -> tx.alerts().end(kind, subject))) {
        LOG.info("alert {}: {} {} is over", alert.id(), kind, subject);
      }
    }
  }

  /** All about something that is gone are over. */
  void endAll(UUID subject) {
    for (AlertKind kind : AlertKind.values()) {
      end(kind, subject);
    }
  }

  /** Those that have not ended and are not dismissed, oldest first. */
  public List<Alert> list() {
    return database.read(tx -> tx.alerts().list());
  }

  /**
   * Those that have not ended and are not dismissed, with what they are about, oldest first.
   *
   * @param project whose; null for everybody's, and those that belong to nobody
   */
  public List<AlertDetails> list(@Nullable ProjectId project) {
    return database.read(tx -> tx.alerts().details(project));
  }

  /**
   * Hides an alert. It comes again only if what it is about ends first.
   *
   * @throws RefusedException if there is no such alert
   */
  public void dismiss(long id) {
    boolean found = database.write(tx -> tx.alerts().dismiss(id));
    if (!found) {
      throw new RefusedException(new Refusal.NotFound("alert", Long.toString(id)));
    }
  }
}
