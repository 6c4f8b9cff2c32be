package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Finds the footer of a file: the one at its end or, where that is damaged, the copy at its start.
 *
 * <p>The start of a fixed disk belongs to its guest, who can write a footer there. So an intact
 * footer at the end is always believed; and a file that other programs, which look at the start
 * first, would take for another disk is refused.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Dynamic Hard Disk Image".
 *
 * @param footer what is believed
 * @param contentEnd up to where blocks and tables can lie in the file
 */
record FooterReader(Footer footer, long contentEnd) {
  static FooterReader read(ImageFile file) throws IOException {
    if (file.sizeBytes() < OLD_FOOTER_BYTES) {
      throw new CorruptImageException(file.path(), "footer", "is missing: the file is too short");
    }
    ByteBuffer start = bytesAt(file, 0, (int) Math.min(FOOTER_BYTES, file.sizeBytes()));
    for (int length : new int[] {FOOTER_BYTES, OLD_FOOTER_BYTES}) {
      long offset = file.sizeBytes() - length;
      if (offset >= 0) {
        ByteBuffer end = bytesAt(file, offset, length);
        if (Footer.isIntact(end)) {
          return new FooterReader(atEnd(file.path(), end, start), offset);
        }
        checkNotFixed(file.path(), end);
      }
    }
    if (!Footer.isIntact(start)) {
      throw new CorruptImageException(file.path(), "footer", "is missing or damaged");
    }
    Footer copy = Footer.of(file.path(), start);
    if (copy.type() == VhdType.FIXED) {
      throw new CorruptImageException(file.path(), "footer", "of a fixed disk is not at the end");
    }
    return new FooterReader(copy, file.sizeBytes());
  }

  /** What follows a shorter footer is taken for zeros. */
  private static ByteBuffer bytesAt(ImageFile file, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(FOOTER_BYTES);
    file.read(offset, bytes.limit(length));
    return bytes.clear();
  }

  private static Footer atEnd(Path file, ByteBuffer end, ByteBuffer start)
      throws CorruptImageException {
    Footer footer = Footer.of(file, end);
    if (footer.type() == VhdType.FIXED && Footer.hasCookie(start)) {
      throw new CorruptImageException(
          file, "disk", "is fixed and begins like the footer of another");
    }
    if (footer.type() != VhdType.FIXED
        && Footer.isIntact(start)
        && !footer.agreesWith(Footer.of(file, start))) {
      throw new CorruptImageException(file, "footer", "and its copy name different disks");
    }
    return footer;
  }

  /** The copy of a fixed disk's footer can only be the work of its guest. */
  private static void checkNotFixed(Path file, ByteBuffer end) throws CorruptImageException {
    if (Footer.hasCookie(end) && Footer.saysFixed(end)) {
      throw new CorruptImageException(file, "footer: checksum", "is wrong");
    }
  }
}
