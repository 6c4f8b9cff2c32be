package atoll.repository;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Joins ranges of chunks of one kind that touch, and cuts them to what was asked for. */
final class RangeMerger<K extends Enum<K>> {
  /** Takes the ranges, in bytes. */
  @FunctionalInterface
  interface Visitor<K> {
    void range(long offsetBytes, long lengthBytes, K kind) throws IOException;
  }

  private final TableShape shape;
  private final long fromBytes;
  private final long toBytes;
  private final Visitor<K> visitor;
  private long first;
  private long end;
  private @Nullable K kind;

  /** Ranges are told as far as they lie between {@code fromBytes} and {@code toBytes}. */
  RangeMerger(TableShape shape, long fromBytes, long toBytes, Visitor<K> visitor) {
    this.shape = shape;
    this.fromBytes = fromBytes;
    this.toBytes = toBytes;
    this.visitor = visitor;
  }

  /** The chunks from {@code chunk} up to {@code chunkEnd} are of a kind; they come in order. */
  void add(long chunk, long chunkEnd, K newKind) throws IOException {
    if (chunk >= chunkEnd) {
      return;
    }
    if (newKind == kind && chunk == end) {
      end = chunkEnd;
      return;
    }
    finish();
    kind = newKind;
    first = chunk;
    end = chunkEnd;
  }

  /** Tells the last range. */
  void finish() throws IOException {
    if (kind == null) {
      return;
    }
    long from = Math.max(fromBytes, shape.offsetOf(first));
    long to = Math.min(toBytes, shape.offsetOf(end));
    if (from < to) {
      visitor.range(from, to - from, kind);
    }
    kind = null;
  }
}
