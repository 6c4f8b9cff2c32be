package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;

import atoll.model.CollectionRun;
import atoll.model.Damage;
import atoll.model.PointId;
import atoll.model.VerificationRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How the last collection and the last verification of a repository ended. */
public final class RepositoryTable {
  private final Handle handle;

  RepositoryTable(Handle handle) {
    this.handle = handle;
  }

  /** Records the end of a collection, in place of that of the last. */
  public void record(UUID repository, CollectionRun run) {
    handle
        .createUpdate("delete from collections where repository = :repository")
        .bind("repository", repository.toString())
        .execute();
    handle
        .createUpdate(
            """
            insert into collections (repository, began_at, ended_at, snapshots, packs_removed,
              freed_bytes, live_bytes)
            values (:repository, :began, :ended, :snapshots, :packs, :freed, :live)
            """)
        .bind("repository", repository.toString())
        .bind("began", micros(run.beganAt()))
        .bind("ended", micros(run.endedAt()))
        .bind("snapshots", run.snapshots())
        .bind("packs", run.packsRemoved())
        .bind("freed", run.freedBytes())
        .bind("live", run.liveBytes())
        .execute();
  }

  /** Records the end of a verification and what it found, in place of that of the last. */
  public void record(UUID repository, VerificationRun run, List<Damage> damages) {
    for (String table : List.of("verifications", "damages")) {
      handle
          .createUpdate("delete from " + table + " where repository = :repository")
          .bind("repository", repository.toString())
          .execute();
    }
    handle
        .createUpdate(
            """
            insert into verifications (repository, quick, began_at, ended_at, snapshots, chunks,
              read_bytes, damaged)
            values (:repository, :quick, :began, :ended, :snapshots, :chunks, :read, :damaged)
            """)
        .bind("repository", repository.toString())
        .bind("quick", run.isQuick() ? 1 : 0)
        .bind("began", micros(run.beganAt()))
        .bind("ended", micros(run.endedAt()))
        .bind("snapshots", run.snapshots())
        .bind("chunks", run.chunks())
        .bind("read", run.readBytes())
        .bind("damaged", run.damaged())
        .execute();
    for (int i = 0; i < damages.size(); i++) {
      insert(repository, i, damages.get(i));
    }
  }

  private void insert(UUID repository, int position, Damage damage) {
    Damage.@Nullable Range range = damage.range();
    handle
        .createUpdate(
            """
            insert into damages (repository, position, object_key, offset_bytes, problem, point_id,
              range_offset, range_length)
            values (:repository, :position, :object, :offset, :problem, :point,
              :rangeOffset, :rangeLength)
            """)
        .bind("repository", repository.toString())
        .bind("position", position)
        .bind("object", damage.objectKey())
        .bind("offset", damage.offsetBytes())
        .bind("problem", damage.problem())
        .bind("point", range == null ? null : range.point().toString())
        .bind("rangeOffset", range == null ? 0 : range.offsetBytes())
        .bind("rangeLength", range == null ? 0 : range.lengthBytes())
        .execute();
  }

  /** The last collection. */
  public Optional<CollectionRun> collection(UUID repository) {
    return handle
        .createQuery("select * from collections where repository = :repository")
        .bind("repository", repository.toString())
        .map((row, _) ->
            new CollectionRun(
                instant(row, "began_at"),
                instant(row, "ended_at"),
                row.getLong("snapshots"),
                row.getLong("packs_removed"),
                row.getLong("freed_bytes"),
                row.getLong("live_bytes")))
        .findOne();
  }

  /** The last verification. */
  public Optional<VerificationRun> verification(UUID repository) {
    return handle
        .createQuery("select * from verifications where repository = :repository")
        .bind("repository", repository.toString())
        .map((row, _) ->
            new VerificationRun(
                row.getInt("quick") == 1,
                instant(row, "began_at"),
                instant(row, "ended_at"),
                row.getLong("snapshots"),
                row.getLong("chunks"),
                row.getLong("read_bytes"),
                row.getLong("damaged")))
        .findOne();
  }

  /** What the last verification found. */
  public List<Damage> damages(UUID repository) {
    return handle
        .createQuery("select * from damages where repository = :repository order by position")
        .bind("repository", repository.toString())
        .map((row, _) -> damage(row))
        .list();
  }

  private static Damage damage(ResultSet row) throws SQLException {
    @Nullable PointId point = idOrNull(row, "point_id", PointId::of);
    return new Damage(
        row.getString("object_key"),
        row.getLong("offset_bytes"),
        row.getString("problem"),
        point == null
            ? null
            : new Damage.Range(point, row.getLong("range_offset"), row.getLong("range_length")));
  }
}
