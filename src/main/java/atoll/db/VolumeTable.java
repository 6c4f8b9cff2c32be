package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.db.HoldingTable.Kind;
import atoll.model.InstanceId;
import atoll.model.Owner;
import atoll.model.Page;
import atoll.model.PointId;
import atoll.model.ProjectId;
import atoll.model.SnapshotId;
import atoll.model.Usage;
import atoll.model.Volume;
import atoll.model.VolumeFilter;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeTypeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Volumes, also deleted ones. */
public final class VolumeTable {
  private final Handle handle;
  private final HoldingTable holdings;

  VolumeTable(Handle handle) {
    this.handle = handle;
    this.holdings = new HoldingTable(handle);
  }

  /** Adds a volume. */
  public void insert(Volume volume) {
    handle
        .createUpdate(
            """
            insert into volumes (id, project_id, user_id, name, description, size_bytes, type_id, bootable,
              read_only, status, fault, snapshot_id, source_id, base_point, awaited_point,
              reserved_for, created_at, updated_at, deleted_at)
            values (:id, :project, :user, :name, :description, :size, :type, :bootable,
              :readOnly, :status, :fault, :origin, :source, :base, :awaited, :reserved, :created,
              :updated, null)
            """)
        .bind("id", volume.id().toString())
        .bind("project", volume.owner().project().toString())
        .bind("user", volume.owner().user())
        .bind("name", volume.name())
        .bind("description", volume.description())
        .bind("size", volume.sizeBytes())
        .bind("type", volume.traits().type().toString())
        .bind("bootable", volume.traits().bootable() ? 1 : 0)
        .bind("readOnly", volume.traits().readOnly() ? 1 : 0)
        .bind("status", volume.status().name())
        .bind("fault", volume.fault())
        .bind("origin", text(volume.origin()))
        .bind("source", text(volume.source()))
        .bind("base", text(volume.basePoint()))
        .bind("awaited", text(volume.awaitedPoint()))
        .bind("reserved", text(volume.reservedFor()))
        .bind("created", micros(volume.createdAt()))
        .bind("updated", micros(volume.updatedAt()))
        .execute();
    holdings.add(
        Kind.VOLUME,
        volume.owner().project().toString(),
        volume.traits().type().toString(),
        1,
        volume.sizeBytes());
  }

  /** The volume, deleted or not. */
  public Optional<Volume> find(VolumeId id) {
    return handle
        .createQuery("select * from volumes where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> volume(row))
        .findOne();
  }

  /** All that are not deleted, oldest first. */
  public List<Volume> list() {
    return handle
        .createQuery("select * from volumes where deleted_at is null order by created_at, id")
        .map((row, _) -> volume(row))
        .list();
  }

  /** Those in some statuses that are not deleted. */
  public List<VolumeId> in(Set<VolumeStatus> statuses) {
    return handle
        .createQuery(
            "select id from volumes where deleted_at is null and status in (<statuses>) order by id")
        .bindList("statuses", statuses.stream().map(Enum::name).toList())
        .map((row, _) -> VolumeId.of(row.getString(1)))
        .list();
  }

  /** Those that were changed since then, deleted ones too. */
  public List<Volume> changedSince(Instant since) {
    return handle
        .createQuery("select * from volumes where updated_at >= :since")
        .bind("since", micros(since))
        .map((row, _) -> volume(row))
        .list();
  }

  /** A page of those that are not deleted and fit a filter. */
  public List<Volume> list(VolumeFilter filter, Page<VolumeFilter.Key> page) {
    return fitting(filter).page(page, VolumeTable::column, (row, _) -> volume(row));
  }

  /** How many that are not deleted fit a filter. */
  public long count(VolumeFilter filter) {
    return filter.equals(VolumeFilter.of(filter.project()))
        ? usage(filter.project()).count()
        : fitting(filter).count();
  }

  private Listing fitting(VolumeFilter filter) {
    return new Listing(handle, "volumes", "v")
        .where("v.deleted_at is null")
        .equal("v.project_id", filter.project())
        .equal("v.id", filter.id())
        .equal("v.name", filter.name())
        .in("v.status", filter.statuses().stream().map(Enum::name).toList())
        .flag("v.bootable", filter.bootable())
        .equal("v.type_id", filter.type())
        .equal("v.snapshot_id", filter.origin())
        .attachedTo(filter.attachedTo())
        .metadata("v.id", filter.metadata())
        .within("v.created_at", filter.created())
        .within("v.updated_at", filter.updated());
  }

  private static String column(VolumeFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case UPDATED_AT -> "updated_at";
      case NAME -> "name";
      case SIZE -> "size_bytes";
      case STATUS -> "status";
      case BOOTABLE -> "bootable";
      case ID -> "id";
    };
  }

  /** How many fit a filter by project, and how many bytes they have. */
  public Usage usage(@Nullable ProjectId project) {
    return usage(project, null);
  }

  /** How many there are of a project and a type, or of all, and how many bytes they have. */
  public Usage usage(@Nullable ProjectId project, @Nullable VolumeTypeId type) {
    return holdings.of(Kind.VOLUME, project, type);
  }

  /** Whether there are volumes of a type that are not deleted. */
  public boolean anyOf(VolumeTypeId type) {
    return handle
        .createQuery(
            """
            select exists (select 1 from volumes where type_id = :type and deleted_at is null)
            """)
        .bind("type", type.toString())
        .mapTo(Boolean.class)
        .one();
  }

  /** How many each project has, and how many bytes. */
  public Map<ProjectId, Usage> usageByProject() {
    return holdings.byProject(Kind.VOLUME);
  }

  /** All that have layers, deleted or not. */
  public List<Volume> withLayers() {
    return handle
        .createQuery("select * from volumes where id in (select volume_id from layers) order by id")
        .map((row, _) -> volume(row))
        .list();
  }

  /**
   * Moves a volume from one of some statuses to another, if it is in one of them and not deleted.
   * It is reserved no more.
   */
  public boolean move(VolumeId id, Set<VolumeStatus> from, VolumeStatus to, Instant now) {
    return handle
            .createUpdate(
                """
                update volumes set status = :to, fault = null, reserved_for = null, updated_at = :now
                where id = :id and deleted_at is null and status in (<from>)
                """)
            .bind("id", id.toString())
            .bind("to", to.name())
            .bind("now", micros(now))
            .bindList("from", from.stream().map(Enum::name).toList())
            .execute()
        == 1;
  }

  /**
   * Reserves a volume, if it is available.
   *
   * @param instance the only one it may be attached to; null for any
   */
  public boolean reserve(VolumeId id, @Nullable InstanceId instance, Instant now) {
    return handle
            .createUpdate(
                """
                update volumes set status = 'RESERVED', reserved_for = :instance, updated_at = :now
                where id = :id and deleted_at is null and status = 'AVAILABLE'
                """)
            .bind("id", id.toString())
            .bind("instance", text(instance))
            .bind("now", micros(now))
            .execute()
        == 1;
  }

  /** Puts a volume in {@link VolumeStatus#ERROR}, saying why. */
  public void fail(VolumeId id, String fault, Instant now) {
    handle
        .createUpdate(
            "update volumes set status = 'ERROR', fault = :fault, updated_at = :now where id = :id")
        .bind("id", id.toString())
        .bind("fault", fault)
        .bind("now", micros(now))
        .execute();
  }

  /** Makes a volume in {@link VolumeStatus#ERROR} available again. */
  public void recover(VolumeId id, Instant now) {
    boolean _ = move(id, EnumSet.of(VolumeStatus.ERROR), VolumeStatus.AVAILABLE, now);
  }

  /**
   * Gives the new volumes that waited for a point their content: it is in the repository now.
   *
   * @return how many
   */
  public int arrived(PointId point, Instant now) {
    return handle
        .createUpdate(
            """
            update volumes set base_point = awaited_point, awaited_point = null, status = 'AVAILABLE',
              fault = null, updated_at = :now
            where awaited_point = :point and deleted_at is null and status in ('CREATING', 'ERROR')
            """)
        .bind("point", point.toString())
        .bind("now", micros(now))
        .execute();
  }

  /**
   * Has a volume wait for the content of a point, if it is available.
   *
   * @param status what for
   */
  public boolean await(VolumeId id, PointId point, VolumeStatus status, Instant now) {
    return handle
            .createUpdate(
                """
                update volumes set status = :status, awaited_point = :point, updated_at = :now
                where id = :id and deleted_at is null and status = 'AVAILABLE'
                """)
            .bind("id", id.toString())
            .bind("status", status.name())
            .bind("point", point.toString())
            .bind("now", micros(now))
            .execute()
        == 1;
  }

  /** Gives a volume that waited for a point its content in place of its own. */
  public void replaceContent(VolumeId id, Instant now) {
    handle
        .createUpdate(
            """
            update volumes set base_point = awaited_point, awaited_point = null, status = 'AVAILABLE',
              updated_at = :now
            where id = :id
            """)
        .bind("id", id.toString())
        .bind("now", micros(now))
        .execute();
  }

  /** Those that wait for a point. */
  public List<Volume> awaiting(PointId point) {
    return handle
        .createQuery(
            "select * from volumes where awaited_point = :point and deleted_at is null order by id")
        .bind("point", point.toString())
        .map((row, _) -> volume(row))
        .list();
  }

  /**
   * Tells those that waited for a point that it is lost: a new volume is in error, another one
   * keeps the content it has.
   */
  public void lost(PointId point, String fault, Instant now) {
    handle
        .createUpdate(
            """
            update volumes set status = 'ERROR', fault = :fault, updated_at = :now
            where awaited_point = :point and deleted_at is null and status = 'CREATING'
            """)
        .bind("point", point.toString())
        .bind("fault", fault)
        .bind("now", micros(now))
        .execute();
    handle
        .createUpdate(
            """
            update volumes set status = 'AVAILABLE', awaited_point = null, updated_at = :now
            where awaited_point = :point and deleted_at is null and status in ('REVERTING', 'RESTORING')
            """)
        .bind("point", point.toString())
        .bind("now", micros(now))
        .execute();
  }

  /** Gives a volume that is offered to another owner; false if it is offered no more. */
  public boolean giveTo(VolumeId id, Owner owner, Instant now) {
    Optional<Held> before = held(id);
    boolean given =
        handle
                .createUpdate(
                    """
                    update volumes set project_id = :project, user_id = :user, status = 'AVAILABLE',
                      updated_at = :now
                    where id = :id and deleted_at is null and status = 'AWAITING_TRANSFER'
                    """)
                .bind("id", id.toString())
                .bind("project", owner.project().toString())
                .bind("user", owner.user())
                .bind("now", micros(now))
                .execute()
            == 1;
    if (given) {
      before.ifPresent(
          held -> changeHeld(held, new Held(owner.project().toString(), held.type, held.bytes)));
    }
    return given;
  }

  /** What a volume that is not deleted adds to what its project has. */
  private record Held(String project, String type, long bytes) {}

  private Optional<Held> held(VolumeId id) {
    return handle
        .createQuery(
            "select project_id, type_id, size_bytes from volumes where id = :id and deleted_at is null")
        .bind("id", id.toString())
        .map((row, _) -> held(row))
        .findOne();
  }

  private static Held held(ResultSet row) throws SQLException {
    return new Held(
        row.getString("project_id"), row.getString("type_id"), row.getLong("size_bytes"));
  }

  private void changeHeld(Held before, Held after) {
    holdings.add(Kind.VOLUME, before.project, before.type, -1, -before.bytes);
    holdings.add(Kind.VOLUME, after.project, after.type, 1, after.bytes);
  }

  /** Records another name and description. */
  public void describe(VolumeId id, String name, String description, Instant now) {
    NamedRows.describe(handle, "volumes", id, name, description, now);
  }

  /** Records what a volume is for. */
  public void setTraits(VolumeId id, VolumeTraits traits, Instant now) {
    String type = traits.type().toString();
    held(id)
        .filter(held -> !held.type.equals(type))
        .ifPresent(held -> {
          changeHeld(held, new Held(held.project, type, held.bytes));
          new SnapshotTable(handle).retype(id, held.type, type);
        });
    handle
        .createUpdate(
            """
            update volumes set type_id = :type, bootable = :bootable, read_only = :readOnly,
              updated_at = :now
            where id = :id
            """)
        .bind("id", id.toString())
        .bind("type", type)
        .bind("bootable", traits.bootable() ? 1 : 0)
        .bind("readOnly", traits.readOnly() ? 1 : 0)
        .bind("now", micros(now))
        .execute();
  }

  /**
   * Records the newest point of the volume's line that is in the repository, unless the volume has
   * got other content since {@code last} was that.
   */
  public void moveBasePoint(VolumeId id, @Nullable PointId last, PointId newest, Instant now) {
    handle
        .createUpdate(
            """
            update volumes set base_point = :newest, updated_at = :now
            where id = :id and coalesce(base_point, '') = :last
            """)
        .bind("id", id.toString())
        .bind("last", last == null ? "" : last.toString())
        .bind("newest", newest.toString())
        .bind("now", micros(now))
        .execute();
  }

  /** Records a new size. */
  public void setSize(VolumeId id, long sizeBytes, Instant now) {
    held(id).ifPresent(held -> changeHeld(held, new Held(held.project, held.type, sizeBytes)));
    handle
        .createUpdate("update volumes set size_bytes = :size, updated_at = :now where id = :id")
        .bind("id", id.toString())
        .bind("size", sizeBytes)
        .bind("now", micros(now))
        .execute();
  }

  /** Marks a volume deleted, if it is in one of some statuses and not deleted yet. */
  public boolean delete(VolumeId id, Set<VolumeStatus> from, Instant now) {
    Optional<Held> deleted =
        handle
            .createQuery(
                """
                update volumes set deleted_at = :now, updated_at = :now
                where id = :id and deleted_at is null and status in (<from>)
                returning project_id, type_id, size_bytes
                """)
            .bind("id", id.toString())
            .bind("now", micros(now))
            .bindList("from", from.stream().map(Enum::name).toList())
            .map((row, _) -> held(row))
            .findOne();
    deleted.ifPresent(held -> holdings.add(Kind.VOLUME, held.project, held.type, -1, -held.bytes));
    return deleted.isPresent();
  }

  private static Volume volume(ResultSet row) throws SQLException {
    @Nullable SnapshotId origin = idOrNull(row, "snapshot_id", SnapshotId::of);
    return new Volume(
        VolumeId.of(row.getString("id")),
        new Owner(ProjectId.of(row.getString("project_id")), row.getString("user_id")),
        row.getString("name"),
        row.getString("description"),
        row.getLong("size_bytes"),
        new VolumeTraits(
            VolumeTypeId.of(row.getString("type_id")),
            row.getInt("bootable") == 1,
            row.getInt("read_only") == 1),
        VolumeStatus.valueOf(row.getString("status")),
        row.getString("fault"),
        origin,
        idOrNull(row, "source_id", VolumeId::of),
        idOrNull(row, "base_point", PointId::of),
        idOrNull(row, "awaited_point", PointId::of),
        idOrNull(row, "reserved_for", InstanceId::of),
        instant(row, "created_at"),
        instant(row, "updated_at"),
        instantOrNull(row, "deleted_at"));
  }
}
