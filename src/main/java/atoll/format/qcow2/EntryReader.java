package atoll.format.qcow2;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a table whose entries have different lengths, from its begin to its end, and in memory only
 * what is asked for.
 */
final class EntryReader {
  private final ImageFile file;
  private final String table;
  private final long start;
  private final long end;
  private long position;

  /** A table that ends at {@code end} at the latest; {@code table} names it in exceptions. */
  EntryReader(ImageFile file, String table, long start, long end) {
    this.file = file;
    this.table = table;
    this.start = start;
    this.end = Math.min(end, file.sizeBytes());
    this.position = start;
  }

  /** The next {@code length} bytes. */
  MetadataBytes next(int length) throws IOException {
    long offset = position;
    skip(length);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    file.read(offset, bytes);
    return new MetadataBytes(file.path(), bytes.flip());
  }

  void skip(long length) throws IOException {
    if (length > end - position) {
      throw new CorruptImageException(file.path(), table, "ends within an entry");
    }
    position += length;
  }

  /** Goes on to the next entry: they begin at multiples of 8. The last one may lack its padding. */
  void endEntry() {
    position = start + ((position - start + 7) & ~7);
  }

  boolean atEnd() {
    return position >= end;
  }
}
