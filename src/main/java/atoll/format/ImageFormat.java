package atoll.format;

/**
 * The formats of disk image files that Atoll reads. The format is always said, never guessed from
 * the bytes.
 */
public enum ImageFormat {
  /** The bytes of the disk as they are. */
  RAW,
  /** QEMU's copy-on-write format, versions 2 and 3. */
  QCOW2,
  /** Microsoft's format of Virtual PC, Hyper-V and XenServer: fixed, dynamic and differencing. */
  VHD
}
