package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.instantOrNull;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.model.Page;
import atoll.model.ProjectId;
import atoll.model.QosSpecsId;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeFilter;
import atoll.model.VolumeTypeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Volume types, and which projects see those that are not public. */
public final class VolumeTypeTable {
  private final Handle handle;

  VolumeTypeTable(Handle handle) {
    this.handle = handle;
  }

  /** Adds a type. */
  public void insert(VolumeType type) {
    handle
        .createUpdate(
            """
            insert into volume_types (id, name, description, is_public, qos_specs_id, created_at)
            values (:id, :name, :description, :public, :qos, :created)
            """)
        .bind("id", type.id().toString())
        .bind("name", type.name())
        .bind("description", type.description())
        .bind("public", type.isPublic() ? 1 : 0)
        .bind("qos", text(type.qosSpecs()))
        .bind("created", micros(type.createdAt()))
        .execute();
  }

  /** All, the newest first. */
  public List<VolumeType> list() {
    return handle
        .createQuery("select * from volume_types order by created_at desc, id")
        .map((row, _) -> type(row))
        .list();
  }

  /** Those of some ids. */
  public List<VolumeType> of(Collection<VolumeTypeId> ids) {
    return ids.isEmpty()
        ? List.of()
        : handle
            .createQuery("select * from volume_types where id in (<ids>)")
            .bindList("ids", ids.stream().map(VolumeTypeId::toString).toList())
            .map((row, _) -> type(row))
            .list();
  }

  /** A page of those that fit a filter. */
  public List<VolumeType> list(VolumeTypeFilter filter, Page<VolumeTypeFilter.Key> page) {
    var listing = new Listing(handle, "volume_types", "t").flag("t.is_public", filter.isPublic());
    if (filter.seenBy() != null) {
      listing.where(
          """
          (t.is_public = 1 or exists (select 1 from volume_type_access a
            where a.type_id = t.id and a.project_id = %s))
          """,
          filter.seenBy());
    }
    return listing.page(page, VolumeTypeTable::column, (row, _) -> type(row));
  }

  private static String column(VolumeTypeFilter.Key key) {
    return switch (key) {
      case CREATED_AT -> "created_at";
      case NAME -> "name";
      case ID -> "id";
    };
  }

  /** The type. */
  public Optional<VolumeType> find(VolumeTypeId id) {
    return handle
        .createQuery("select * from volume_types where id = :id")
        .bind("id", id.toString())
        .map((row, _) -> type(row))
        .findOne();
  }

  /** The type of that name. */
  public Optional<VolumeType> named(String name) {
    return handle
        .createQuery("select * from volume_types where name = :name")
        .bind("name", name)
        .map((row, _) -> type(row))
        .findOne();
  }

  /** Those that are associated with QoS specs, by name. */
  public List<VolumeType> associatedWith(QosSpecsId qos) {
    return handle
        .createQuery("select * from volume_types where qos_specs_id = :qos order by name")
        .bind("qos", qos.toString())
        .map((row, _) -> type(row))
        .list();
  }

  /** Records another name, another description, and whether it is public. */
  public void describe(
      VolumeTypeId id, String name, String description, boolean isPublic, Instant now) {
    handle
        .createUpdate(
            """
            update volume_types set name = :name, description = :description, is_public = :public,
              updated_at = :now
            where id = :id
            """)
        .bind("id", id.toString())
        .bind("name", name)
        .bind("description", description)
        .bind("public", isPublic ? 1 : 0)
        .bind("now", micros(now))
        .execute();
  }

  /** Records with which QoS specs a type is associated; null with none. */
  public void associate(VolumeTypeId id, @Nullable QosSpecsId qos) {
    handle
        .createUpdate("update volume_types set qos_specs_id = :qos where id = :id")
        .bind("id", id.toString())
        .bind("qos", text(qos))
        .execute();
  }

  /** Ends all associations with QoS specs. */
  public void disassociateAll(QosSpecsId qos) {
    handle
        .createUpdate("update volume_types set qos_specs_id = null where qos_specs_id = :qos")
        .bind("qos", qos.toString())
        .execute();
  }

  /** Removes a type, with who sees it and what is said of its encryption. */
  public void delete(VolumeTypeId id) {
    handle
        .createUpdate("delete from volume_types where id = :id")
        .bind("id", id.toString())
        .execute();
  }

  /** The projects that see a type that is not public. */
  public List<ProjectId> projects(VolumeTypeId id) {
    return handle
        .createQuery(
            "select project_id from volume_type_access where type_id = :type order by project_id")
        .bind("type", id.toString())
        .map((row, _) -> ProjectId.of(row.getString(1)))
        .list();
  }

  /** Lets a project see a type; false if it does already. */
  public boolean grant(VolumeTypeId id, ProjectId project) {
    return handle
            .createUpdate(
                """
                insert into volume_type_access (type_id, project_id) values (:type, :project)
                on conflict (type_id, project_id) do nothing
                """)
            .bind("type", id.toString())
            .bind("project", project.toString())
            .execute()
        == 1;
  }

  /** Lets a project see a type no more; false if it did not. */
  public boolean revoke(VolumeTypeId id, ProjectId project) {
    return handle
            .createUpdate(
                "delete from volume_type_access where type_id = :type and project_id = :project")
            .bind("type", id.toString())
            .bind("project", project.toString())
            .execute()
        == 1;
  }

  private static VolumeType type(ResultSet row) throws SQLException {
    return new VolumeType(
        VolumeTypeId.of(row.getString("id")),
        row.getString("name"),
        row.getString("description"),
        row.getInt("is_public") == 1,
        idOrNull(row, "qos_specs_id", QosSpecsId::of),
        instant(row, "created_at"),
        instantOrNull(row, "updated_at"));
  }
}
