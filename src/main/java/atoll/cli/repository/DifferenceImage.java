package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import atoll.repository.Repository;
import atoll.repository.SnapshotDifference;
import atoll.repository.SnapshotImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A snapshot as the difference to another: what is the same in both is absent. */
final class DifferenceImage implements BlockImage {
  private final BlockImage whole;
  private final List<SnapshotDifference> differences;

  private DifferenceImage(BlockImage whole, List<SnapshotDifference> differences) {
    this.whole = whole;
    this.differences = differences;
  }

  /** The difference of an open snapshot to an earlier one; closing it closes nothing. */
  static DifferenceImage of(Repository repository, UUID earlier, SnapshotImage later)
      throws IOException {
    var differences = new ArrayList<SnapshotDifference>();
    repository.diff(earlier, later.manifest().id(), differences::add);
    return new DifferenceImage(later, differences);
  }

  @Override
  public long sizeBytes() {
    return whole.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    whole.read(offsetBytes, destination);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    long position = offsetBytes;
    long end = offsetBytes + lengthBytes;
    Extent last = null;
    for (SnapshotDifference difference : differences) {
      long from = Math.max(position, difference.offsetBytes());
      long to = Math.min(end, difference.offsetBytes() + difference.lengthBytes());
      if (from >= to) {
        continue;
      }
      last = add(last, position, from, Extent.Kind.ABSENT, visitor);
      boolean isZero = difference.kind() == SnapshotDifference.Kind.REMOVED;
      last = add(last, from, to, isZero ? Extent.Kind.ZERO : Extent.Kind.DATA, visitor);
      position = to;
    }
    last = add(last, position, end, Extent.Kind.ABSENT, visitor);
    if (last != null) {
      visitor.visit(last);
    }
  }

  /** Joins a range to the last, or tells that; gives what is to be told next. */
  private static @Nullable Extent add(
      @Nullable Extent last, long from, long to, Extent.Kind kind, ExtentVisitor visitor)
      throws IOException {
    if (from == to) {
      return last;
    }
    if (last != null && last.kind() == kind) {
      return new Extent(last.offsetBytes(), to - last.offsetBytes(), kind);
    }
    if (last != null) {
      visitor.visit(last);
    }
    return new Extent(from, to - from, kind);
  }

  @Override
  public void close() {
    // The snapshot is closed by whoever opened it.
  }
}
