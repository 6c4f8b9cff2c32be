package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import atoll.format.qcow2.Qcow2Header.L1Location;
import java.io.IOException;

/**
 * Where the clusters of a disk lie in the file: an L1 table and the L2 tables it names. Every
 * offset is checked before it is used. May be used from any thread.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Cluster mapping".
 */
final class ClusterMap {
  private final ImageFile file;
  private final Qcow2Header header;
  private final L1Location l1;
  private final TableCache tables;
  private final int pageBytes;

  ClusterMap(ImageFile file, Qcow2Header header, L1Location l1) {
    this.file = file;
    this.header = header;
    this.l1 = l1;
    this.tables = new TableCache(file, header.clusterBytes());
    this.pageBytes = Math.min(header.clusterBytes(), TableCache.PAGE_BYTES_MAX);
  }

  /** Visits what is mapped in a range that the L1 table covers. */
  void walk(long offsetBytes, long lengthBytes, ClusterVisitor visitor) throws IOException {
    int coverageBits = header.l2CoverageBits();
    long end = offsetBytes + lengthBytes;
    long tablesSeen = 0;
    long position = offsetBytes;
    while (position < end) {
      int index = (int) (position >>> coverageBits);
      long tableStart = (long) index << coverageBits;
      long tableEnd = Math.min(end, tableStart + (1L << coverageBits));
      long table = l2Table(index);
      if (table == 0) {
        visitor.absent(position, tableEnd - position);
      } else {
        checkTables(++tablesSeen);
        walkTable(table, tableStart, position, tableEnd, visitor);
      }
      position = tableEnd;
    }
  }

  private void walkTable(long table, long tableStart, long from, long to, ClusterVisitor visitor)
      throws IOException {
    long pageCoverage =
        (long) (pageBytes / ENTRY_BYTES / header.l2EntryWords()) << header.clusterBits();
    long position = from;
    while (position < to) {
      long page = (position - tableStart) / pageCoverage;
      long pageStart = tableStart + page * pageCoverage;
      long pageEnd = Math.min(to, pageStart + pageCoverage);
      long pageOffset = table + page * pageBytes;
      long[] words = l2Page(pageOffset);
      new L2PageWalk(file, header, pageOffset, words, pageStart, position, pageEnd, visitor).walk();
      position = pageEnd;
    }
  }

  /** See {@link Qcow2Image#allocatedBytes}. */
  long allocatedBytes() throws IOException {
    long bytes = 0;
    long tablesSeen = 0;
    long needed =
        Qcow2Header.l1Entries(header.sizeBytes(), header.clusterBits(), header.extendedL2());
    for (int index = 0; index < needed; index++) {
      long table = l2Table(index);
      if (table != 0) {
        checkTables(++tablesSeen);
        bytes += allocatedBytes(table);
      }
    }
    return bytes;
  }

  private long allocatedBytes(long table) throws IOException {
    long bytes = 0;
    for (int page = 0; page < header.clusterBytes(); page += pageBytes) {
      long[] words = l2Page(table + page);
      for (int word = 0; word < words.length; word += header.l2EntryWords()) {
        if ((words[word] & ENTRY_COMPRESSED) != 0) {
          bytes += header.compressedBytes(words[word]);
        } else if ((words[word] & ENTRY_OFFSET) != 0) {
          bytes += header.clusterBytes();
        }
      }
    }
    return bytes;
  }

  /** The offset of an L2 table, 0 if there is none. */
  long l2Table(int index) throws IOException {
    long entry = l1Page(index)[index % (pageBytes / ENTRY_BYTES)];
    if (entry != 0) {
      checkL1Entry(index, entry);
    }
    return entry & ENTRY_OFFSET;
  }

  /** The page of the L1 table with an entry. */
  long[] l1Page(int index) throws IOException {
    long page = (long) index * ENTRY_BYTES / pageBytes * pageBytes;
    int length = (int) Math.min(pageBytes, (long) l1.entries() * ENTRY_BYTES - page);
    return tables.page(l1.offsetBytes() + page, length);
  }

  /** The page of an L2 table that begins at a place in the file. */
  long[] l2Page(long offsetBytes) throws IOException {
    return tables.page(offsetBytes, pageBytes);
  }

  /** Tables are read in pieces of this length. */
  int pageBytes() {
    return pageBytes;
  }

  private void checkL1Entry(int index, long entry) throws IOException {
    long table = entry & ENTRY_OFFSET;
    if ((entry & L1_ENTRY_RESERVED) != 0) {
      throw corruptEntry(index, entry, "reserved bits are set");
    }
    if (table == 0) {
      throw corruptEntry(index, entry, "no offset, yet a refcount of one");
    }
    if ((table & (header.clusterBytes() - 1)) != 0) {
      throw corruptEntry(index, entry, "not at a cluster boundary");
    }
    if (table > file.sizeBytes() - header.clusterBytes()) {
      throw corruptEntry(index, entry, "an L2 table beyond the end of the file");
    }
  }

  private CorruptImageException corruptEntry(int index, long entry, String problem) {
    return new CorruptImageException(
        file.path(), "L1 entry " + index, "is 0x" + Long.toHexString(entry) + ": " + problem);
  }

  /**
   * L2 tables have one user each, so there are no more of them than clusters in the file. A small
   * file whose L1 table names the same table a million times would keep a walk busy for days.
   */
  void checkTables(long tablesSeen) throws IOException {
    if (tablesSeen > file.sizeBytes() >>> header.clusterBits()) {
      throw new CorruptImageException(
          file.path(), "L1 table", "names more L2 tables than the file has clusters");
    }
  }
}
