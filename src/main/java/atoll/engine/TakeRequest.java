package atoll.engine;

import atoll.model.Owner;
import atoll.model.VolumeId;
import java.util.List;

/**
 * A wish for snapshots.
 *
 * @param volumes whose snapshots are taken, all at one instant; those that are attached to a
 *     running instance must be attached to the same one
 */
public record TakeRequest(
    List<VolumeId> volumes, Owner owner, String name, String description, Quiesce quiesce) {
  public TakeRequest {
    volumes = volumes.stream().distinct().toList();
    if (volumes.isEmpty()) {
      throw new RefusedException(new Refusal.Invalid("no volume to take a snapshot of"));
    }
  }

  /** Of some volumes, without freezing the guest's file systems. */
  public static TakeRequest of(Owner owner, String name, List<VolumeId> volumes) {
    return new TakeRequest(volumes, owner, name, "", Quiesce.NONE);
  }
}
