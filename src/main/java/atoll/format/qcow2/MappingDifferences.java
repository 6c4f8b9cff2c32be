package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import java.io.IOException;
import java.util.Arrays;

/**
 * Where two L1 tables of one file lead to different clusters. What they share is known by its place
 * in the file: an L2 table that both name is not even read, and neither is any data. So this costs
 * as much as there is different; the L1 tables are all that is read in whole.
 *
 * <p>Whether a refcount is one is no difference: that says nothing of the content.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Cluster mapping" and "Snapshots".
 */
final class MappingDifferences {
  private final Qcow2Header header;
  private final ClusterMap mine;
  private final ClusterMap theirs;
  private final long end;
  private final RangeVisitor visitor;
  private final long[] nothing;
  private long tablesSeen;
  private long pendingStart;
  private long pendingEnd;

  /** Compares two disks up to {@code end}, where neither has ended. */
  MappingDifferences(
      Qcow2Header header, ClusterMap mine, ClusterMap theirs, long end, RangeVisitor visitor) {
    this.header = header;
    this.mine = mine;
    this.theirs = theirs;
    this.end = end;
    this.visitor = visitor;
    this.nothing = new long[mine.pageBytes() / ENTRY_BYTES];
  }

  /** Visits what differs, and then all from {@code end} to {@code diskEnd}. */
  void walk(long diskEnd) throws IOException {
    long tables = Qcow2Header.l1Entries(end, header.clusterBits(), header.extendedL2());
    int pageEntries = mine.pageBytes() / ENTRY_BYTES;
    for (long first = 0; first < tables; first += pageEntries) {
      long[] my = mine.l1Page((int) first);
      long[] their = theirs.l1Page((int) first);
      int used = (int) Math.min(pageEntries, tables - first);
      for (int i = 0; i < used; i++) {
        if (((my[i] ^ their[i]) & ~ENTRY_COPIED) != 0) {
          compareTables((int) first + i);
        }
      }
    }
    add(end, diskEnd);
    flush();
  }

  private void compareTables(int index) throws IOException {
    long my = mine.l2Table(index);
    long their = theirs.l2Table(index);
    mine.checkTables(++tablesSeen);
    long pageStart = (long) index << header.l2CoverageBits();
    for (int page = 0; page < header.clusterBytes() && pageStart < end; page += mine.pageBytes()) {
      long[] myWords = my == 0 ? nothing : mine.l2Page(my + page);
      long[] theirWords = their == 0 ? nothing : theirs.l2Page(their + page);
      comparePages(myWords, theirWords, pageStart);
      pageStart += (long) (myWords.length / header.l2EntryWords()) << header.clusterBits();
    }
  }

  private void comparePages(long[] my, long[] their, long pageStart) throws IOException {
    int word = Arrays.mismatch(my, their);
    if (word < 0) {
      return;
    }
    int words = header.l2EntryWords();
    for (int i = word / words * words; i < my.length; i += words) {
      boolean bitmapsDiffer = words == 2 && my[i + 1] != their[i + 1];
      if (bitmapsDiffer || ((my[i] ^ their[i]) & ~ENTRY_COPIED) != 0) {
        long start = pageStart + ((long) (i / words) << header.clusterBits());
        add(start, Math.min(end, start + header.clusterBytes()));
      }
    }
  }

  /** Holds a range back for as long as others may follow without a gap. */
  private void add(long start, long rangeEnd) throws IOException {
    if (start >= rangeEnd) {
      return;
    }
    if (start != pendingEnd) {
      flush();
      pendingStart = start;
    }
    pendingEnd = rangeEnd;
  }

  private void flush() throws IOException {
    if (pendingStart < pendingEnd) {
      visitor.visit(pendingStart, pendingEnd - pendingStart);
    }
  }
}
