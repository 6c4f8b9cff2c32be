package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.CorruptImageException;
import atoll.format.Extent.Kind;
import atoll.format.ImageFile;
import java.io.IOException;

/**
 * A walk over a part of one page of an L2 table, in runs of entries as long as they can be.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Cluster mapping" and "Extended L2 Entries".
 */
final class L2PageWalk {
  private static final int ALL_ALLOCATED = -1;

  private final ImageFile file;
  private final Qcow2Header header;
  private final long pageOffset;
  private final long[] words;
  private final long pageStart;
  private final long from;
  private final long to;
  private final ClusterVisitor visitor;

  /**
   * A walk from byte {@code from} of the disk to byte {@code to}; the first entry of the page maps
   * the cluster at {@code pageStart}.
   */
  L2PageWalk(
      ImageFile file,
      Qcow2Header header,
      long pageOffset,
      long[] words,
      long pageStart,
      long from,
      long to,
      ClusterVisitor visitor) {
    this.file = file;
    this.header = header;
    this.pageOffset = pageOffset;
    this.words = words;
    this.pageStart = pageStart;
    this.from = from;
    this.to = to;
    this.visitor = visitor;
  }

  void walk() throws IOException {
    int index = (int) ((from - pageStart) >>> header.clusterBits());
    int end = (int) ((to - 1 - pageStart) >>> header.clusterBits()) + 1;
    while (index < end) {
      index = header.extendedL2() ? extendedRun(index, end) : standardRun(index, end);
    }
  }

  /** Visits the run of standard entries that begins at an index; the result is where it ends. */
  private int standardRun(int first, int end) throws IOException {
    long entry = words[first];
    int next = first + 1;
    if (entry == 0) {
      while (next < end && words[next] == 0) {
        next++;
      }
      absent(start(first), start(next));
      return next;
    }
    if ((entry & ENTRY_COMPRESSED) != 0) {
      compressed(first, entry);
      return next;
    }
    checkEntry(first, entry);
    if ((entry & ENTRY_ZERO) != 0) {
      zero(start(first), start(next));
      return next;
    }
    while (next < end && words[next] == entry + ((long) (next - first) << header.clusterBits())) {
      next++;
    }
    data(first, start(first), start(next), entry & ENTRY_OFFSET);
    return next;
  }

  /** The same for extended entries; a run ends where not all subclusters are of the same kind. */
  private int extendedRun(int first, int end) throws IOException {
    long entry = words[2 * first];
    long bitmap = words[2 * first + 1];
    int next = first + 1;
    if (entry == 0 && bitmap == 0) {
      while (next < end && words[2 * next] == 0 && words[2 * next + 1] == 0) {
        next++;
      }
      absent(start(first), start(next));
      return next;
    }
    if ((entry & ENTRY_COMPRESSED) != 0) {
      if (bitmap != 0) {
        throw corrupt(first, entry, "a compressed cluster with subclusters");
      }
      compressed(first, entry);
      return next;
    }
    checkEntry(first, entry);
    checkBitmap(first, entry, bitmap);
    if (bitmap != Integer.toUnsignedLong(ALL_ALLOCATED)) {
      subclusters(first, entry & ENTRY_OFFSET, bitmap);
      return next;
    }
    while (next < end
        && words[2 * next] == entry + ((long) (next - first) << header.clusterBits())
        && words[2 * next + 1] == bitmap) {
      next++;
    }
    data(first, start(first), start(next), entry & ENTRY_OFFSET);
    return next;
  }

  private void subclusters(int index, long hostOffset, long bitmap) throws IOException {
    int subclusterBits = header.clusterBits() - Integer.numberOfTrailingZeros(SUBCLUSTERS);
    int sub = 0;
    while (sub < SUBCLUSTERS) {
      int next = sub + 1;
      while (next < SUBCLUSTERS && kind(bitmap, next) == kind(bitmap, sub)) {
        next++;
      }
      long start = start(index) + ((long) sub << subclusterBits);
      long end = start(index) + ((long) next << subclusterBits);
      switch (kind(bitmap, sub)) {
        case DATA -> data(index, start, end, hostOffset + ((long) sub << subclusterBits));
        case ZERO -> zero(start, end);
        case ABSENT -> absent(start, end);
      }
      sub = next;
    }
  }

  private static Kind kind(long bitmap, int subcluster) {
    if (((bitmap >>> subcluster) & 1) != 0) {
      return Kind.DATA;
    }
    boolean zero = ((bitmap >>> (SUBCLUSTERS + subcluster)) & 1) != 0;
    return zero ? Kind.ZERO : Kind.ABSENT;
  }

  private void checkEntry(int index, long entry) throws IOException {
    if ((entry & L2_ENTRY_RESERVED) != 0) {
      throw corrupt(index, entry, "reserved bits are set");
    }
    boolean zeroFlagAllowed = header.version() >= 3 && !header.extendedL2();
    if ((entry & ENTRY_ZERO) != 0 && !zeroFlagAllowed) {
      throw corrupt(index, entry, "the zero flag is not allowed in this image");
    }
    long hostOffset = entry & ENTRY_OFFSET;
    if (hostOffset == 0 && (entry & ENTRY_COPIED) != 0) {
      throw corrupt(index, entry, "no offset, yet a refcount of one");
    }
    if ((hostOffset & (header.clusterBytes() - 1)) != 0) {
      throw corrupt(index, entry, "not at a cluster boundary");
    }
    if (hostOffset >= file.sizeBytes()) {
      throw corrupt(index, entry, "a cluster beyond the end of the file");
    }
  }

  private void checkCompressed(int index, long entry) throws IOException {
    if ((entry & ENTRY_COPIED) != 0) {
      throw corrupt(index, entry, "a compressed cluster that says its refcount is one");
    }
    long hostOffset = header.compressedOffset(entry);
    if (hostOffset >= file.sizeBytes()) {
      throw corrupt(index, entry, "a compressed cluster beyond the end of the file");
    }
    // The file may end within the last sector: only the bytes of the data are written.
    long wholeSectors = (file.sizeBytes() + SECTOR_BYTES - 1) & -SECTOR_BYTES;
    if (header.compressedBytes(entry) > wholeSectors - hostOffset) {
      throw corrupt(index, entry, "compressed data that end beyond the end of the file");
    }
  }

  private void checkBitmap(int index, long entry, long bitmap) throws IOException {
    long allocated = bitmap & 0xffffffffL;
    if (((bitmap >>> SUBCLUSTERS) & allocated) != 0) {
      throw corrupt(index, entry, "a subcluster is both allocated and zero");
    }
    if ((entry & ENTRY_OFFSET) == 0 && allocated != 0) {
      throw corrupt(index, entry, "a subcluster is allocated, the cluster is not");
    }
  }

  private CorruptImageException corrupt(int index, long entry, String problem) {
    long entryOffset = pageOffset + (long) index * header.l2EntryWords() * ENTRY_BYTES;
    return new CorruptImageException(
        file.path(),
        "L2 entry at byte 0x" + Long.toHexString(entryOffset),
        "is 0x" + Long.toHexString(entry) + ": " + problem);
  }

  private long start(int index) {
    return pageStart + ((long) index << header.clusterBits());
  }

  /** A run is whole clusters; what lies outside of the walk is cut off here. */
  private void data(int index, long start, long end, long hostOffset) throws IOException {
    long begin = Math.max(start, from);
    long length = Math.min(end, to) - begin;
    if (length <= 0) {
      return;
    }
    long host = hostOffset + begin - start;
    if (host + length > file.sizeBytes()) {
      throw corrupt(
          index,
          words[index * header.l2EntryWords()],
          "the data from here on end beyond the end of the file");
    }
    visitor.data(begin, length, host);
  }

  private void compressed(int index, long entry) throws IOException {
    checkCompressed(index, entry);
    long begin = Math.max(start(index), from);
    long length = Math.min(start(index + 1), to) - begin;
    if (length > 0) {
      visitor.compressed(begin, length, entry);
    }
  }

  private void zero(long start, long end) throws IOException {
    long begin = Math.max(start, from);
    long length = Math.min(end, to) - begin;
    if (length > 0) {
      visitor.zero(begin, length);
    }
  }

  private void absent(long start, long end) throws IOException {
    long begin = Math.max(start, from);
    long length = Math.min(end, to) - begin;
    if (length > 0) {
      visitor.absent(begin, length);
    }
  }
}
