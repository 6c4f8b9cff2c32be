package atoll.format.vhd;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads what a VHD file says of itself, in the order in which one thing leads to the next: footer,
 * header, block allocation table, parent.
 */
final class VhdReader {
  private VhdReader() {}

  static VhdImage read(ImageFile file) throws IOException {
    FooterReader found = FooterReader.read(file);
    Footer footer = found.footer();
    if (footer.type() == VhdType.FIXED) {
      checkFits(file, found);
      return VhdImage.fixed(file, footer);
    }
    ByteBuffer bytes = DynamicHeader.bytesAt(file, footer, found.contentEnd());
    DynamicHeader header = DynamicHeader.of(file.path(), bytes);
    BlockTable table = table(file, found, header);
    if (footer.type() == VhdType.DYNAMIC) {
      return VhdImage.dynamic(file, footer, header, table);
    }
    VhdParent parent = new ParentReader(file, bytes, found.contentEnd()).read();
    return VhdImage.differencing(file, footer, header, table, parent);
  }

  private static void checkFits(ImageFile file, FooterReader found) throws CorruptImageException {
    long sizeBytes = found.footer().sizeBytes();
    if (sizeBytes > found.contentEnd()) {
      throw new CorruptImageException(
          file.path(),
          "footer: size",
          "is %d bytes, but the file has %d".formatted(sizeBytes, found.contentEnd()));
    }
  }

  private static BlockTable table(ImageFile file, FooterReader found, DynamicHeader header)
      throws IOException {
    int blocks = BlockTable.blocks(file, header, found.footer().sizeBytes());
    var check = new BlockTableCheck(file.path(), found.footer(), header, found.contentEnd());
    check.checkPlace();
    var table = new BlockTable(file, header, blocks);
    check.checkEntries(table);
    return table;
  }
}
