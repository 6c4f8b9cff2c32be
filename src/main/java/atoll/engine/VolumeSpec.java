package atoll.engine;

import atoll.model.Owner;
import atoll.model.Volume;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.util.Map;

/**
 * A volume to be made.
 *
 * @param sizeBytes rounded up to whole sectors
 * @param metadata what its owner notes
 */
public record VolumeSpec(
    Owner owner,
    String name,
    String description,
    long sizeBytes,
    VolumeTypeId type,
    Map<String, String> metadata) {
  public VolumeSpec {
    if (sizeBytes < 1 || sizeBytes > Volume.SIZE_MAX_BYTES) {
      throw new RefusedException(
          new Refusal.Invalid(
              "a volume has from 1 byte to 64 TiB, not %d bytes".formatted(sizeBytes)));
    }
    metadata = Map.copyOf(metadata);
    sizeBytes = Math.ceilDiv(sizeBytes, Volume.SECTOR_BYTES) * Volume.SECTOR_BYTES;
  }

  /** Of the default type, without a description. */
  public static VolumeSpec of(Owner owner, String name, long sizeBytes) {
    return new VolumeSpec(owner, name, "", sizeBytes, VolumeType.DEFAULT, Map.of());
  }
}
