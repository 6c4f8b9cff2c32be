package atoll.db;

import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;
import static atoll.db.Columns.micros;

import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.ProjectId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Instances, also deleted ones. */
public final class InstanceTable {
  /** What instances are sorted by. */
  private enum Key {
    CREATED_AT
  }

  private final Handle handle;

  InstanceTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds an instance. */
  public void insert(Instance instance) {
    handle
        .createUpdate(
            """
            insert into instances (id, project_id, user_id, name, memory_mib, cpus, channels, status, fault,
              created_at, updated_at, deleted_at)
            values (:id, :project, :user, :name, :memory, :cpus, :channels, :status, :fault,
              :created, :updated, null)
            """)
        .bind("id", instance.id().toString())
        .bind("project", instance.owner().project().toString())
        .bind("user", instance.owner().user())
        .bind("name", instance.name())
        .bind("memory", instance.memoryMib())
        .bind("cpus", instance.cpus())
        .bind("channels", String.join(" ", instance.channels()))
        .bind("status", instance.status().name())
        .bind("fault", instance.fault())
        .bind("created", micros(instance.createdAt()))
        .bind("updated", micros(instance.updatedAt()))
        .execute();
  }

  /** The instance, deleted or not. */
  public Optional<Instance> find(InstanceId id) {
    return handle
        .createQuery("select * from instances where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> instance(row))
        .findOne();
  }

  /** All that are not deleted, oldest first. */
  public List<Instance> list() {
    return handle
        .createQuery("select * from instances where deleted_at is null order by created_at, id")
        .map((row, _) -> instance(row))
        .list();
  }

  /**
   * A page of those that are not deleted, oldest first.
   *
   * @param project whose; null for everybody's
   * @param after the last one of the page before, deleted or not; null for the first page
   */
  public List<Instance> list(@Nullable ProjectId project, @Nullable InstanceId after, int limit) {
    var oldestFirst = List.of(new Page.Sort<>(Key.CREATED_AT, false));
    return new Listing(handle, "instances", "i")
        .where("i.deleted_at is null")
        .equal("i.project_id", project)
        .page(
            new Page<>(oldestFirst, after == null ? null : after.value(), 0, limit),
            _ -> "created_at",
            (row, _) -> instance(row));
  }

  /**
   * Moves an instance from one of some statuses to another, if it is in one of them and not
   * deleted.
   */
  public boolean move(
      InstanceId id,
      Set<InstanceStatus> from,
      InstanceStatus to,
      @Nullable String fault,
      Instant now) {
    return handle
            .createUpdate(
                """
                update instances set status = :to, fault = :fault, updated_at = :now
                where id = :id and deleted_at is null and status in (<from>)
                """)
            .bind("id", id.toString())
            .bind("to", to.name())
            .bind("fault", fault)
            .bind("now", micros(now))
            .bindList("from", from.stream().map(Enum::name).toList())
            .execute()
        == 1;
  }

  /** Marks a stopped instance deleted. */
  public boolean delete(InstanceId id, Instant now) {
    return handle
            .createUpdate(
                """
                update instances set deleted_at = :now, updated_at = :now
                where id = :id and deleted_at is null and status = 'STOPPED'
                """)
            .bind("id", id.toString())
            .bind("now", micros(now))
            .execute()
        == 1;
  }

  private static Instance instance(ResultSet row) throws SQLException {
    String channels = row.getString("channels");
    return new Instance(
        InstanceId.of(row.getString("id")),
        new Owner(ProjectId.of(row.getString("project_id")), row.getString("user_id")),
        row.getString("name"),
        row.getInt("memory_mib"),
        row.getInt("cpus"),
        channels.isEmpty() ? List.of() : List.of(channels.split(" ")),
        InstanceStatus.valueOf(row.getString("status")),
        row.getString("fault"),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        instantOrNull(row, "deleted_at"));
  }
}
