package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import atoll.format.qcow2.Qcow2Header.BitmapDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the directory of persistent dirty bitmaps, and nothing else of them.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Bitmap directory"; the limits are those of QEMU's
 * block/qcow2-bitmap.c.
 */
final class BitmapDirectoryReader {
  private final ImageFile file;
  private final TableBounds bounds;
  private final BitmapDirectory directory;
  private final EntryReader entries;

  private BitmapDirectoryReader(ImageFile file, Qcow2Header header, BitmapDirectory directory) {
    this.file = file;
    this.bounds = new TableBounds(file.path(), file.sizeBytes(), header.clusterBytes());
    this.directory = directory;
    long start = directory.offsetBytes();
    this.entries =
        new EntryReader(file, "bitmap directory", start, start + directory.lengthBytes());
  }

  /** All there are, in the order of the directory. */
  static List<DirtyBitmap> list(ImageFile file, Qcow2Header header) throws IOException {
    BitmapDirectory directory = header.bitmaps();
    return directory == null
        ? List.of()
        : new BitmapDirectoryReader(file, header, directory).list();
  }

  private List<DirtyBitmap> list() throws IOException {
    List<DirtyBitmap> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int index = 0; index < directory.entries(); index++) {
      DirtyBitmap bitmap = entry(index);
      if (!names.add(bitmap.name())) {
        throw corrupt(index, "name", "is '" + bitmap.name() + "', as that of another");
      }
      all.add(bitmap);
    }
    if (!entries.atEnd()) {
      throw new CorruptImageException(
          file.path(), "bitmap directory", "is longer than its entries");
    }
    return List.copyOf(all);
  }

  private DirtyBitmap entry(int index) throws IOException {
    MetadataBytes head = entries.next(BITMAP_ENTRY_BYTES);
    checkTable(index, head.int64(0), head.uint32(8));
    long flags = head.uint32(12);
    if ((flags & ~BITMAP_FLAGS_KNOWN) != 0) {
      throw corrupt(index, "flags", "are 0x" + Long.toHexString(flags));
    }
    int type = head.uint8(16);
    if (type != BITMAP_TYPE_DIRTY_TRACKING) {
      throw corrupt(index, "type", "is " + Byte.toUnsignedInt((byte) type));
    }
    int granularityBits = Byte.toUnsignedInt(head.uint8(17));
    if (granularityBits < BITMAP_GRANULARITY_BITS_MIN
        || granularityBits > BITMAP_GRANULARITY_BITS_MAX) {
      throw corrupt(index, "granularity_bits", "is " + granularityBits);
    }
    String name = name(index, head.uint16(18), head.uint32(20));
    boolean inUse = (flags & BITMAP_FLAG_IN_USE) != 0;
    boolean auto = (flags & BITMAP_FLAG_AUTO) != 0;
    return new DirtyBitmap(name, 1L << granularityBits, inUse, auto);
  }

  private void checkTable(int index, long offset, long tableEntries) throws IOException {
    if (tableEntries == 0) {
      throw corrupt(index, "bitmap_table_size", "is 0");
    }
    bounds.check(
        "bitmap_table_offset of bitmap " + index,
        offset,
        tableEntries * ENTRY_BYTES,
        BITMAP_TABLE_BYTES_MAX);
  }

  private String name(int index, int length, long extraBytes) throws IOException {
    if (length == 0 || length > BITMAP_NAME_BYTES_MAX) {
      throw corrupt(index, "name", "is " + length + " bytes long");
    }
    entries.skip(extraBytes);
    String name = entries.next(length).text("name of bitmap " + index, 0, length);
    entries.endEntry();
    return name;
  }

  private CorruptImageException corrupt(int index, String field, String problem) {
    return new CorruptImageException(file.path(), field + " of bitmap " + index, problem);
  }
}
