package atoll.format.qcow2;

import java.io.IOException;

/** Takes ranges of a disk, in order, with gaps between them. */
@FunctionalInterface
interface RangeVisitor {
  void visit(long offsetBytes, long lengthBytes) throws IOException;
}
