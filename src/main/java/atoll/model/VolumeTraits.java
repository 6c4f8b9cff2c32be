package atoll.model;

/**
 * What a volume is made as, and for.
 *
 * @param bootable whether a machine may boot from it
 * @param readOnly whether it is to be attached for reading only
 */
public record VolumeTraits(VolumeTypeId type, boolean bootable, boolean readOnly) {
  /** Those of a new volume of a type. */
  public static VolumeTraits of(VolumeTypeId type) {
    return new VolumeTraits(type, false, false);
  }
}
