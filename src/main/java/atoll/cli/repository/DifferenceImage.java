package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentVisitor;
import atoll.repository.Repository;
import atoll.repository.SnapshotDifference;
import atoll.repository.SnapshotImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

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
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    long position = offsetBytes;
    long end = offsetBytes + lengthBytes;
    for (SnapshotDifference difference : differences) {
      long from = Math.max(position, difference.offsetBytes());
      long to = Math.min(end, difference.offsetBytes() + difference.lengthBytes());
      if (from < to) {
        boolean isZero = difference.kind() == SnapshotDifference.Kind.REMOVED;
        joiner.add(Extent.Kind.ABSENT, from - position);
        joiner.add(isZero ? Extent.Kind.ZERO : Extent.Kind.DATA, to - from);
        position = to;
      }
    }
    joiner.add(Extent.Kind.ABSENT, end - position);
    joiner.finish();
  }

  @Override
  public void close() {
    // The snapshot is closed by whoever opened it.
  }
}
