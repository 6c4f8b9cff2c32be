package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.NewFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes all tables of a new image before its data. What would be zeros is left out: the file is
 * new, so it is a hole there.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Host cluster management" and "Cluster mapping".
 */
final class TableWriter {
  private static final int BUFFER_BYTES_MAX = 1 << 20;

  private final NewFile file;
  private final Qcow2Spec spec;
  private final ClusterPlan plan;
  private final Layout layout;

  TableWriter(NewFile file, Qcow2Spec spec, ClusterPlan plan, Layout layout) {
    this.file = file;
    this.spec = spec;
    this.plan = plan;
    this.layout = layout;
  }

  void write() throws IOException {
    writeRefcountTable();
    writeRefcountBlocks();
    if (!plan.isEmpty()) {
      writeL1Table();
      writeL2Tables();
    }
    writeLastByte();
  }

  private void writeRefcountTable() throws IOException {
    var out = new Stream(layout.refcountTableOffset(), layout.refcountBlocks() * ENTRY_BYTES);
    for (long block = 0; block < layout.refcountBlocks(); block++) {
      out.put(layout.refcountBlockOffset(block));
    }
    out.flush();
  }

  /** The blocks lie one after the other, so they are one array with a 1 for every cluster. */
  private void writeRefcountBlocks() throws IOException {
    var out = new Stream(layout.refcountBlockOffset(0), layout.clusters() * Short.BYTES);
    for (long cluster = 0; cluster < layout.clusters(); cluster++) {
      out.put((short) 1);
    }
    out.flush();
  }

  private void writeL1Table() throws IOException {
    var out = new Stream(layout.l1Offset(), (long) spec.l1Entries() * ENTRY_BYTES);
    long table = 0;
    for (int index = 0; index < spec.l1Entries(); index++) {
      out.put(plan.needsL2Table(index) ? layout.l2Offset(table++) | ENTRY_COPIED : 0L);
    }
    out.flush();
  }

  private void writeL2Tables() throws IOException {
    ByteBuffer entries = ByteBuffer.allocateDirect(spec.clusterBytes());
    long table = 0;
    for (int index = 0; index < spec.l1Entries(); index++) {
      if (plan.needsL2Table(index)) {
        writeL2Table((long) index * spec.l2Entries(), entries.clear(), layout.l2Offset(table++));
      }
    }
  }

  private void writeL2Table(long firstCluster, ByteBuffer entries, long offsetBytes)
      throws IOException {
    long end = Math.min(firstCluster + spec.l2Entries(), spec.clusters());
    long data = layout.dataOffset(plan.data().countBefore(firstCluster));
    int used = 0;
    int skip = -1;
    for (long cluster = firstCluster; cluster < end; cluster++) {
      long entry = 0;
      if (plan.data().contains(cluster)) {
        entry = data | ENTRY_COPIED;
        data += spec.clusterBytes();
      } else if (plan.zeros().contains(cluster)) {
        entry = ENTRY_ZERO;
      }
      entries.putLong(entry);
      if (entry != 0) {
        used = entries.position();
        skip = skip < 0 ? used - ENTRY_BYTES : skip;
      }
    }
    file.write(offsetBytes + skip, entries.limit(used).position(skip));
  }

  /**
   * Makes the file as long as it will be, so that every cluster lies in it. An L1 table without
   * entries needs no whole clusters.
   */
  private void writeLastByte() throws IOException {
    long end =
        plan.isEmpty()
            ? layout.l1Offset() + (long) spec.l1Entries() * ENTRY_BYTES
            : layout.fileBytes();
    if (file.sizeBytes() < end) {
      file.write(end - 1, ByteBuffer.allocate(1));
    }
  }

  /** A table that is written from its begin to its end. */
  private final class Stream {
    private final ByteBuffer buffer;
    private long offsetBytes;

    Stream(long offsetBytes, long lengthBytes) {
      this.offsetBytes = offsetBytes;
      this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES_MAX, lengthBytes));
    }

    void put(long entry) throws IOException {
      makeRoom(Long.BYTES);
      buffer.putLong(entry);
    }

    void put(short entry) throws IOException {
      makeRoom(Short.BYTES);
      buffer.putShort(entry);
    }

    private void makeRoom(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        flush();
      }
    }

    void flush() throws IOException {
      int length = buffer.flip().limit();
      file.write(offsetBytes, buffer);
      offsetBytes += length;
      buffer.clear();
    }
  }
}
