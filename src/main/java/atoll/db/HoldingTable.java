package atoll.db;

import atoll.model.ProjectId;
import atoll.model.Usage;
import atoll.model.VolumeTypeId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How many volumes, snapshots and backups each project has that are not deleted, and how many bytes
 * they are: so that to know it costs the same however many there are.
 *
 * <p>The tables of these things keep it, each in the same transaction as the rows it tells of, and
 * nobody else changes it. So it is what counting them would come to.
 */
final class HoldingTable {
  /** What is counted. */
  enum Kind {
    VOLUME,
    /** Of a type is one whose volume is. */
    SNAPSHOT,
    /** Of no type. */
    BACKUP
  }

  private static final String OF_NO_TYPE = "";

  private final Handle handle;

  HoldingTable(Handle handle) {
    this.handle = handle;
  }

  /** A project has more of a kind, or less. */
  void add(Kind kind, String project, @Nullable String type, long things, long bytes) {
    handle
        .createUpdate(
            """
            insert into holdings (kind, project_id, type_id, things, bytes)
            values (:kind, :project, :type, :things, :bytes)
            on conflict (kind, project_id, type_id) do update
            set things = holdings.things + excluded.things, bytes = holdings.bytes + excluded.bytes
            """)
        .bind("kind", kind.name())
        .bind("project", project)
        .bind("type", type == null ? OF_NO_TYPE : type)
        .bind("things", things)
        .bind("bytes", bytes)
        .execute();
  }

  /** How much there is of a kind: of a project, or of all; of a type, or of all. */
  Usage of(Kind kind, @Nullable ProjectId project, @Nullable VolumeTypeId type) {
    return new Listing(handle, "holdings", "h")
        .equal("h.kind", kind)
        .equal("h.project_id", project)
        .equal("h.type_id", type)
        .usage("h.things", "h.bytes");
  }

  /** How much each project has of a kind. */
  Map<ProjectId, Usage> byProject(Kind kind) {
    var usage = new LinkedHashMap<ProjectId, Usage>();
    handle
        .createQuery(
            """
            select project_id, sum(things) as things, sum(bytes) as bytes from holdings
            where kind = :kind group by project_id having sum(things) > 0 order by project_id
            """)
        .bind("kind", kind.name())
        .map((row, _) ->
            usage.put(
                ProjectId.of(row.getString("project_id")),
                new Usage(row.getLong("things"), row.getLong("bytes"))))
        .list();
    return usage;
  }
}
