package atoll.format;

import atoll.format.Extent.Kind;
import java.io.IOException;

/** Joins neighbouring pieces of the same kind to one extent each. For one thread. */
public final class ExtentJoiner {
  private final ExtentVisitor visitor;
  private long offsetBytes;
  private long lengthBytes;
  private Kind kind = Kind.ABSENT;

  /** The first piece will begin at {@code offsetBytes}. */
  public ExtentJoiner(long offsetBytes, ExtentVisitor visitor) {
    this.offsetBytes = offsetBytes;
    this.visitor = visitor;
  }

  /** Adds the next piece; it begins where the last one ended and may be empty. */
  public void add(Kind next, long nextBytes) throws IOException {
    if (nextBytes == 0) {
      return;
    }
    if (next != kind) {
      finish();
      kind = next;
    }
    lengthBytes += nextBytes;
  }

  /** Hands on what is still held back. */
  public void finish() throws IOException {
    if (lengthBytes > 0) {
      var extent = new Extent(offsetBytes, lengthBytes, kind);
      offsetBytes += lengthBytes;
      lengthBytes = 0;
      visitor.visit(extent);
    }
  }
}
