package atoll.engine;

import atoll.model.Owner;
import atoll.model.VolumeId;
import java.util.List;
import java.util.Map;

/**
 * A wish for snapshots.
 *
 * @param volumes whose snapshots are taken, all at one instant; those that are attached to a
 *     running instance must be attached to the same one
 * @param metadata what their owner notes on each
 */
public record TakeRequest(
    List<VolumeId> volumes,
    Owner owner,
    String name,
    String description,
    Map<String, String> metadata,
    Quiesce quiesce) {
  public TakeRequest {
    metadata = Map.copyOf(metadata);
    volumes = volumes.stream().distinct().toList();
    if (volumes.isEmpty()) {
      throw new RefusedException(new Refusal.Invalid("no volume to take a snapshot of"));
    }
  }

  /** Of some volumes, without freezing the guest's file systems. */
  public static TakeRequest of(Owner owner, String name, List<VolumeId> volumes) {
    return of(owner, name, volumes, Quiesce.NONE);
  }

  /** Of some volumes, without a description. */
  public static TakeRequest of(Owner owner, String name, List<VolumeId> volumes, Quiesce quiesce) {
    return new TakeRequest(volumes, owner, name, "", Map.of(), quiesce);
  }
}
