package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import atoll.format.qcow2.Qcow2Header.L1Location;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the snapshot table of an image.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Snapshots"; the limits are those of what QEMU writes, in
 * block/qcow2.h and include/block/snapshot.h.
 */
final class InternalSnapshotReader {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final ImageFile file;
  private final Qcow2Header header;
  private final EntryReader entries;

  private InternalSnapshotReader(ImageFile file, Qcow2Header header) {
    this.file = file;
    this.header = header;
    long start = header.internalSnapshots().offsetBytes();
    this.entries = new EntryReader(file, "snapshot table", start, start + SNAPSHOT_TABLE_BYTES_MAX);
  }

  /** An entry of the table. Where its L1 table lies is not checked yet. */
  private record Entry(InternalSnapshot snapshot, long l1Offset, long l1Entries) {}

  /** All there are, in the order of the table, which is that of their making. */
  static List<InternalSnapshot> list(ImageFile file, Qcow2Header header) throws IOException {
    return new InternalSnapshotReader(file, header)
        .entries().stream().map(Entry::snapshot).toList();
  }

  /**
   * The header as if the disk were still as it was then.
   *
   * @throws FileSystemException if there is no snapshot of that id
   */
  static Qcow2Header headerAt(ImageFile file, Qcow2Header header, String id) throws IOException {
    for (Entry entry : new InternalSnapshotReader(file, header).entries()) {
      if (entry.snapshot().id().equals(id)) {
        L1Location l1 = l1(file, header, entry);
        return header.withDisk(entry.snapshot().sizeBytes(), l1);
      }
    }
    throw new FileSystemException(
        file.path().toString(), null, "has no internal snapshot of id '" + id + "'");
  }

  private static L1Location l1(ImageFile file, Qcow2Header header, Entry entry)
      throws CorruptImageException {
    String field = "L1 table of internal snapshot " + entry.snapshot().id();
    new TableBounds(file.path(), file.sizeBytes(), header.clusterBytes())
        .check(field, entry.l1Offset(), entry.l1Entries() * ENTRY_BYTES, L1_BYTES_MAX);
    long needed =
        Qcow2Header.l1Entries(
            entry.snapshot().sizeBytes(), header.clusterBits(), header.extendedL2());
    if (entry.l1Entries() < needed) {
      throw new CorruptImageException(
          file.path(), field, "has " + entry.l1Entries() + " entries, its disk needs " + needed);
    }
    return new L1Location(entry.l1Offset(), (int) entry.l1Entries());
  }

  private List<Entry> entries() throws IOException {
    List<Entry> all = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (int index = 0; index < header.internalSnapshots().entries(); index++) {
      Entry entry = entry(index);
      if (!ids.add(entry.snapshot().id())) {
        throw corrupt(index, "id", "is '" + entry.snapshot().id() + "', as that of another");
      }
      all.add(entry);
    }
    return all;
  }

  private Entry entry(int index) throws IOException {
    MetadataBytes head = entries.next(SNAPSHOT_HEADER_BYTES);
    MetadataBytes extra = extra(index, head.uint32(36));
    String id = text(index, "id", head.uint16(12), SNAPSHOT_ID_BYTES_MAX);
    String name = text(index, "name", head.uint16(14), SNAPSHOT_NAME_BYTES_MAX);
    entries.endEntry();
    var snapshot =
        new InternalSnapshot(
            id,
            name,
            Instant.ofEpochSecond(head.uint32(16), head.uint32(20)),
            vmStateBytes(index, head, extra),
            sizeBytes(index, extra),
            unsignedNanos(head.int64(24)));
    return new Entry(snapshot, head.int64(0), head.uint32(8));
  }

  private MetadataBytes extra(int index, long length) throws IOException {
    if (length > SNAPSHOT_EXTRA_BYTES_MAX) {
      throw corrupt(index, "extra data", "are " + length + " bytes long");
    }
    return entries.next((int) length);
  }

  private String text(int index, String field, int length, int maxBytes) throws IOException {
    if (length > maxBytes) {
      throw corrupt(index, field, "is " + length + " bytes long");
    }
    return entries.next(length).text(field + " of internal snapshot " + index, 0, length);
  }

  private long vmStateBytes(int index, MetadataBytes head, MetadataBytes extra)
      throws CorruptImageException {
    long bytes = extra.length() >= 8 ? extra.int64(0) : head.uint32(32);
    if (bytes < 0) {
      throw corrupt(index, "VM state size", "is " + Long.toUnsignedString(bytes));
    }
    return bytes;
  }

  /** Without a size of its own it is that of the disk now: images of version 2 kept theirs. */
  private long sizeBytes(int index, MetadataBytes extra) throws CorruptImageException {
    long bytes = extra.length() >= 16 ? extra.int64(8) : header.sizeBytes();
    if (bytes < 0 || bytes % SECTOR_BYTES != 0) {
      throw corrupt(index, "disk size", "is " + Long.toUnsignedString(bytes));
    }
    return bytes;
  }

  private static Duration unsignedNanos(long nanos) {
    return Duration.ofSeconds(
        Long.divideUnsigned(nanos, NANOS_PER_SECOND),
        Long.remainderUnsigned(nanos, NANOS_PER_SECOND));
  }

  private CorruptImageException corrupt(int index, String field, String problem) {
    return new CorruptImageException(
        file.path(), field + " of internal snapshot " + index, problem);
  }
}
