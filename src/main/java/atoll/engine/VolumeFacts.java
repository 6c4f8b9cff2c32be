package atoll.engine;

import atoll.db.Transaction;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceStatus;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import org.jspecify.annotations.Nullable;

/**
 * All that the database knows of a volume at one instant.
 *
 * @param volume deleted or not
 * @param attachment where it is attached
 * @param instance to what it is attached
 */
record VolumeFacts(
    Volume volume, @Nullable Attachment attachment, @Nullable Instance instance, Chain chain) {

  /**
   * Reads them.
   *
   * @throws RefusedException if there never was such a volume
   */
  static VolumeFacts read(Transaction transaction, VolumeId id) {
    Volume volume = transaction.volumes().find(id).orElseThrow(() -> notFound(id));
    Attachment attachment = transaction.attachments().of(id).orElse(null);
    Instance instance =
        attachment == null
            ? null
            : transaction.instances().find(attachment.instance()).orElseThrow();
    return new VolumeFacts(volume, attachment, instance, Chain.of(transaction.layers().of(id)));
  }

  /** As {@link #read}, and refuses a deleted volume. */
  static VolumeFacts readLiving(Transaction transaction, VolumeId id) {
    VolumeFacts facts = read(transaction, id);
    if (facts.volume.deletedAt() != null) {
      throw notFound(id);
    }
    return facts;
  }

  static RefusedException notFound(VolumeId id) {
    return new RefusedException(new Refusal.NotFound("volume", id.toString()));
  }

  /** Whether a running machine has its disk. */
  boolean running() {
    return volume.status() == VolumeStatus.IN_USE
        && instance != null
        && instance.status() == InstanceStatus.RUNNING;
  }

  /** Whether its machine is just being started or stopped, so that nobody may touch its chain. */
  boolean inTransition() {
    return instance != null
        && (instance.status() == InstanceStatus.STARTING
            || instance.status() == InstanceStatus.STOPPING);
  }
}
