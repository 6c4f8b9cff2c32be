package atoll.db;

import static atoll.db.Columns.idOrNull;
import static atoll.db.Columns.instant;
import static atoll.db.Columns.micros;
import static atoll.db.Columns.text;

import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.VolumeId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Layers, and who needs them as they are. */
public final class LayerTable {
  private final Handle handle;

  LayerTable(Handle handle) {
    this.handle = handle;
  }

  /** An id that was never given before. */
  public LayerId nextId() {
    return new LayerId(Columns.next(handle, "layer"));
  }

  /** Adds a layer. */
  public void insert(Layer layer) {
    handle
        .createUpdate(
            """
            insert into layers (id, volume_id, status, size_bytes, point_id, create_micros, created_at)
            values (:id, :volume, :status, :size, :point, :micros, :created)
            """)
        .bind("id", layer.id().value())
        .bind("volume", layer.volume().toString())
        .bind("status", layer.status().name())
        .bind("size", layer.sizeBytes())
        .bind("point", text(layer.point()))
        .bind("micros", layer.createMicros())
        .bind("created", micros(layer.createdAt()))
        .execute();
  }

  /** The layer, in whatever status. */
  public Optional<Layer> find(LayerId id) {
    return handle
        .createQuery("select * from layers where id = :id")
        .bind("id", id.value())
        .map((row, _) -> layer(row))
        .findOne();
  }

  /** All layers of a volume, oldest first, in whatever status. */
  public List<Layer> of(VolumeId volume) {
    return handle
        .createQuery("select * from layers where volume_id = :volume order by id")
        .bind("volume", volume.toString())
        .map((row, _) -> layer(row))
        .list();
  }

  /** Sets what a layer is good for. */
  public void setStatus(LayerId id, LayerStatus status) {
    handle
        .createUpdate("update layers set status = :status where id = :id")
        .bind("id", id.value())
        .bind("status", status.name())
        .execute();
  }

  /** Sets the point in time that a layer ends with, or that it ends with none. */
  public void setPoint(LayerId id, @Nullable PointId point) {
    handle
        .createUpdate("update layers set point_id = :point where id = :id")
        .bind("id", id.value())
        .bind("point", text(point))
        .execute();
  }

  /** Records how large a layer is and how long making it took. */
  public void setMade(LayerId id, long sizeBytes, long createMicros) {
    handle
        .createUpdate(
            "update layers set size_bytes = :size, create_micros = :micros where id = :id")
        .bind("id", id.value())
        .bind("size", sizeBytes)
        .bind("micros", createMicros)
        .execute();
  }

  /** Forgets a layer whose file is gone. */
  public void delete(LayerId id) {
    handle.createUpdate("delete from pins where layer_id = :id").bind("id", id.value()).execute();
    handle.createUpdate("delete from layers where id = :id").bind("id", id.value()).execute();
  }

  /** Makes some layers stay as they are until {@code holder} lets go. */
  public void pin(Collection<LayerId> layers, String holder) {
    for (LayerId layer : layers) {
      handle
          .createUpdate("insert into pins (layer_id, holder) values (:layer, :holder)")
          .bind("layer", layer.value())
          .bind("holder", holder)
          .execute();
    }
  }

  /** Lets go of all that {@code holder} pinned. */
  public void unpin(String holder) {
    handle.createUpdate("delete from pins where holder = :holder").bind("holder", holder).execute();
  }

  /** Lets go of all pins: for a start, when nobody who set one lives any more. */
  public void unpinAll() {
    handle.execute("delete from pins");
  }

  /** The layers of a volume that somebody needs as they are. */
  public Set<LayerId> pinned(VolumeId volume) {
    return handle
        .createQuery(
            """
            select distinct p.layer_id from pins p join layers l on l.id = p.layer_id
            where l.volume_id = :volume
            """)
        .bind("volume", volume.toString())
        .mapTo(Long.class)
        .stream()
        .map(LayerId::new)
        .collect(Collectors.toSet());
  }

  private static Layer layer(ResultSet row) throws SQLException {
    return new Layer(
        new LayerId(row.getLong("id")),
        VolumeId.of(row.getString("volume_id")),
        LayerStatus.valueOf(row.getString("status")),
        row.getLong("size_bytes"),
        idOrNull(row, "point_id", PointId::of),
        row.getLong("create_micros"),
        instant(row, "created_at"));
  }
}
