package atoll.engine;

import atoll.model.Owner;
import atoll.model.Volume;

/**
 * A volume to be made.
 *
 * @param sizeBytes rounded up to whole sectors
 */
public record VolumeSpec(Owner owner, String name, String description, long sizeBytes) {
  public VolumeSpec {
    if (sizeBytes < 1 || sizeBytes > Volume.SIZE_MAX_BYTES) {
      throw new RefusedException(
          new Refusal.Invalid(
              "a volume has from 1 byte to 64 TiB, not %d bytes".formatted(sizeBytes)));
    }
    sizeBytes = Math.ceilDiv(sizeBytes, Volume.SECTOR_BYTES) * Volume.SECTOR_BYTES;
  }

  /** Without a description. */
  public static VolumeSpec of(Owner owner, String name, long sizeBytes) {
    return new VolumeSpec(owner, name, "", sizeBytes);
  }
}
