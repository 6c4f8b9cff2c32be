package atoll.db;

import static atoll.db.Columns.micros;

import atoll.model.Page;
import atoll.model.QosConsumer;
import atoll.model.QosSpecs;
import atoll.model.QosSpecsId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** QoS specs, without the specs themselves: those are notes on them. */
public final class QosSpecsTable {
  private final Handle handle;

  QosSpecsTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds one. */
  public void insert(QosSpecsId id, String name, QosConsumer consumer, Instant now) {
    handle
        .createUpdate(
            """
            insert into qos_specs (id, name, consumer, created_at)
            values (:id, :name, :consumer, :now)
            """)
        .bind("id", id.toString())
        .bind("name", name)
        .bind("consumer", consumer.name())
        .bind("now", micros(now))
        .execute();
  }

  /** The one of an id. */
  public Optional<QosSpecs> find(QosSpecsId id) {
    return handle
        .createQuery("select * from qos_specs where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> bare(row))
        .findOne();
  }

  /** Whether there is one of that name. */
  public boolean isNamed(String name) {
    return handle
        .createQuery("select exists (select 1 from qos_specs where name = :name)")
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  /** A page of all. */
  public List<QosSpecs> list(Page<QosSpecs.Key> page) {
    var listing = new Listing(handle, "qos_specs", "q");
    return listing.page(page, QosSpecsTable::column, (row, _) -> bare(row));
  }

  private static String column(QosSpecs.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case NAME -> "name";
      case ID -> "id";
    };
  }

  /** Says who is to keep to it. */
  public void setConsumer(QosSpecsId id, QosConsumer consumer) {
    handle
        .createUpdate("update qos_specs set consumer = :consumer where id = :id")
        .bind("id", id.toString())
        .bind("consumer", consumer.name())
        .execute();
  }

  /** Removes one with which no type is associated. */
  public void delete(QosSpecsId id) {
    handle.createUpdate("delete from qos_specs where id = :id").bind("id", id.toString()).execute();
  }

  private static QosSpecs bare(ResultSet row) throws SQLException {
    return new QosSpecs(
        QosSpecsId.of(row.getString("id")),
        row.getString("name"),
        QosConsumer.valueOf(row.getString("consumer")),
        Map.of());
  }
}
