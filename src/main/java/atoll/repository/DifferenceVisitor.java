package atoll.repository;

import java.io.IOException;

/** Takes the differences of two snapshots one after the other. */
@FunctionalInterface
public interface DifferenceVisitor {
  /** Takes the next; an exception ends the walk and reaches its caller. */
  void visit(SnapshotDifference difference) throws IOException;
}
