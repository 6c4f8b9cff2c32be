package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.Message;
import atoll.model.MessageFilter;
import atoll.model.MessageId;
import atoll.model.MessageKind;
import atoll.model.Page;
import atoll.model.Period;
import atoll.model.ProjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What users are told of what failed in the background. */
public final class MessageTable {
  private final Handle handle;

  MessageTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a message. */
  public void insert(Message message) {
    handle
        .createUpdate(
            """
            insert into messages (id, project_id, kind, subject, created_at, expires_at)
            values (:id, :project, :kind, :subject, :created, :expires)
            """)
        .bind("id", message.id().toString())
        .bind("project", message.project().toString())
        .bind("kind", message.kind().name())
        .bind("subject", message.subject().toString())
        .bind("created", micros(message.createdAt()))
        .bind("expires", micros(message.expiresAt()))
        .execute();
  }

  /** The message, unless it has expired. */
  public Optional<Message> find(MessageId id, Instant now) {
    return handle
        .createQuery("select * from messages where id = :id and expires_at > :now")
        .bind("id", id.toString())
        .bind("now", micros(now))
        .map((row, _) -> message(row))
        .findOne();
  }

  /** A page of those that have not expired and fit a filter. */
  public List<Message> list(MessageFilter filter, Page<MessageFilter.Key> page, Instant now) {
    return new Listing(handle, "messages", "m")
        .equal("m.project_id", filter.project())
        .in("m.kind", filter.kinds().stream().map(Enum::name).toList())
        .equal("m.subject", filter.subject())
        .within("m.expires_at", new Period(now, null, null, null))
        .page(page, MessageTable::column, (row, _) -> message(row));
  }

  private static String column(MessageFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case EXPIRES_AT -> "expires_at";
      case SUBJECT -> "subject";
      case ID -> "id";
    };
  }

  /** Removes a message. */
  public void delete(MessageId id) {
    handle.createUpdate("delete from messages where id = :id").bind("id", id.toString()).execute();
  }

  /** Removes those that have expired. */
  public void deleteExpired(Instant now) {
    handle
        .createUpdate("delete from messages where expires_at <= :now")
        .bind("now", micros(now))
        .execute();
  }

  private static Message message(ResultSet row) throws SQLException {
    return new Message(
        MessageId.of(row.getString("id")),
        ProjectId.of(row.getString("project_id")),
        MessageKind.valueOf(row.getString("kind")),
        UUID.fromString(row.getString("subject")),
        instant(row, "created_at"),
        instant(row, "expires_at"));
  }
}
