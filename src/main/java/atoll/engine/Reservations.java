package atoll.engine;

import atoll.db.Database;
import atoll.model.InstanceId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.time.InstantSource;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps volumes for those who are about to attach them; nothing else can be done with them then.
 */
public final class Reservations {
  private final Database database;
  private final InstantSource clock;

  Reservations(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /**
   * Reserves an available volume. The reservation ends when it is attached, or released.
   *
   * @param instance the only one it may be attached to; null for any
   * @throws RefusedException if one of them is not there, or the volume is not available
   */
  public void reserve(VolumeId id, @Nullable InstanceId instance) {
    database.change(tx -> {
      Volume volume = Volumes.readLiving(tx, id);
      if (instance != null) {
        Instances.readLiving(tx, instance);
      }
      if (!tx.volumes().reserve(id, instance, clock.instant())) {
        throw new RefusedException(
            new Refusal.WrongState(
                "volume",
                id.toString(),
                volume.status().name(),
                "only an available volume can be reserved"));
      }
    });
  }

  /** Makes a reserved volume available to all again; false if it is not reserved. */
  public boolean release(VolumeId id) {
    return database.write(tx -> {
      Volumes.readLiving(tx, id);
      return tx.volumes()
          .move(id, EnumSet.of(VolumeStatus.RESERVED), VolumeStatus.AVAILABLE, clock.instant());
    });
  }
}
