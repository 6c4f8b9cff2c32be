package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import java.io.IOException;

/**
 * What is to be done with each chunk of a volume, from the extents of its image.
 *
 * <p>A chunk that holds any data is read. One that is all zeros is removed from the table. One that
 * the image says nothing of stays as it is in the parent. Where zeros and nothing meet within a
 * chunk and there is a parent, only reading tells what the chunk is.
 */
final class ChunkPlan {
  /** Takes ranges of chunks, in order; of ranges that stay as they are it hears nothing. */
  interface Visitor {
    /** The chunks from {@code first} up to {@code end} are to be read. */
    void read(long first, long end) throws IOException;

    /** They are zeros. */
    void zero(long first, long end) throws IOException;
  }

  private static final int DATA = 1;
  private static final int ZERO = 2;
  private static final int ABSENT = 4;

  private final TableShape shape;
  private final boolean hasParent;
  private final Visitor visitor;
  private long next;
  private int partial;
  private long dataBytes;

  private ChunkPlan(TableShape shape, boolean hasParent, Visitor visitor) {
    this.shape = shape;
    this.hasParent = hasParent;
    this.visitor = visitor;
  }

  /** Walks through the whole image; gives the bytes its extents call data. */
  static long visit(BlockImage image, TableShape shape, boolean hasParent, Visitor visitor)
      throws IOException {
    if (shape.sizeBytes() == 0) {
      return 0;
    }
    var plan = new ChunkPlan(shape, hasParent, visitor);
    image.extents(0, shape.sizeBytes(), plan::add);
    if (plan.next != shape.chunks()) {
      throw new IllegalStateException(
          "the extents of %s cover %d of %d chunks".formatted(image, plan.next, shape.chunks()));
    }
    return plan.dataBytes;
  }

  private void add(Extent extent) throws IOException {
    int kind =
        switch (extent.kind()) {
          case DATA -> DATA;
          case ZERO -> ZERO;
          case ABSENT -> ABSENT;
        };
    if (kind == DATA) {
      dataBytes += extent.lengthBytes();
    }
    long chunkSize = shape.chunkSizeBytes();
    long end = extent.endBytes();
    boolean last = end == shape.sizeBytes();
    long wholeEnd = last ? shape.chunks() : end / chunkSize;
    if (partial != 0 && wholeEnd > next) {
      emit(next, next + 1, partial | kind);
      partial = 0;
    }
    emit(next, wholeEnd, kind);
    if (!last && end % chunkSize != 0) {
      partial |= kind;
    }
  }

  private void emit(long first, long end, int kinds) throws IOException {
    if (end <= first) {
      return;
    }
    next = end;
    if ((kinds & DATA) != 0 || (hasParent && kinds == (ZERO | ABSENT))) {
      visitor.read(first, end);
    } else if (kinds == ZERO && hasParent) {
      visitor.zero(first, end);
    }
  }
}
