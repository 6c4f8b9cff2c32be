package atoll.format.vhd;

import atoll.format.BlockImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * A disk as XenServer and OpenStack's Glance exchange it: a tar, mostly gzipped, of VHD files. The
 * newest is {@code 0.vhd}, each next number is the parent of the one before.
 *
 * <p>Source: OpenStack Nova, plugins/xenserver/xenapi/etc/xapi.d/plugins/utils.py, import_vhds and
 * create_tarball; POSIX.1-2017, pax, "ustar Interchange Format"; RFC 1952.
 */
public final class XenBundle {
  private XenBundle() {}

  /**
   * Unpacks a bundle and opens the disk in it. The files stay in the folder when the disk is
   * closed; when the bundle is refused, they are removed.
   *
   * @param folder where the files go, under their names in the bundle; it must be there
   * @param bytesMax how much may be unpacked, in bytes
   * @throws atoll.format.CorruptImageException if the bundle is not a tar of a chain of VHD files
   *     that belong together, has other entries, or is larger than {@code bytesMax}
   * @throws java.nio.file.FileAlreadyExistsException if a file of that name is in the folder
   */
  public static VhdChain open(Path bundle, Path folder, long bytesMax) throws IOException {
    try (var reader = new BundleReader(bundle, folder, bytesMax)) {
      VhdChain chain = VhdChain.ofFiles(reader.unpack());
      reader.keep();
      return chain;
    }
  }

  /**
   * Writes a bundle of one dynamic VHD with all that an image reads as. Holds one MiB of data in
   * memory, and needs no room on a disk.
   *
   * @param image at most 2040 GiB; what is not a whole sector at its end is filled up with zeros
   * @param id the unique id of the VHD
   * @param createdAt when the VHD is made
   * @param gzip whether to compress, as Glance's users expect
   * @param out where it goes; it is flushed, but not closed
   */
  public static void write(
      BlockImage image, UUID id, Instant createdAt, boolean gzip, OutputStream out)
      throws IOException {
    BundleWriter.write(image, id, createdAt, gzip, out);
  }
}
