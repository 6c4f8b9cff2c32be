package atoll.format.qcow2;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentSource;
import atoll.format.ExtentVisitor;
import java.io.IOException;

/**
 * Which clusters of a new image will hold data and which are marked as zeros. The marks are needed
 * only over a backing file: with nothing beneath, absent is zero.
 */
final class ClusterPlan {
  private final Qcow2Spec spec;
  private final ClusterSet data;
  private final ClusterSet zeros;

  private ClusterPlan(Qcow2Spec spec, ClusterSet data, ClusterSet zeros) {
    this.spec = spec;
    this.data = data;
    this.zeros = zeros;
  }

  /**
   * Makes a plan for what an image is to hold.
   *
   * @throws IllegalArgumentException if extents are not in order, not within the disk, or would
   *     hide a part of the backing file
   */
  static ClusterPlan of(Qcow2Spec spec, ExtentSource content) throws IOException {
    var planner = new Planner(spec);
    content.extents(planner);
    return planner.plan();
  }

  ClusterSet data() {
    return data;
  }

  ClusterSet zeros() {
    return zeros;
  }

  boolean isEmpty() {
    return data.count() == 0 && zeros.count() == 0;
  }

  /** Whether anything is mapped by the L2 table of an index. */
  boolean needsL2Table(int index) {
    long first = (long) index * spec.l2Entries();
    long end = Math.min(first + spec.l2Entries(), spec.clusters());
    return data.containsAny(first, end) || zeros.containsAny(first, end);
  }

  int l2Tables() {
    int tables = 0;
    for (int index = 0; index < spec.l1Entries() && !isEmpty(); index++) {
      tables += needsL2Table(index) ? 1 : 0;
    }
    return tables;
  }

  private static final class Planner implements ExtentVisitor {
    private final Qcow2Spec spec;
    private final ClusterSet data;
    private final ClusterSet zeros;
    private long end;
    private long presentEnd;

    Planner(Qcow2Spec spec) {
      this.spec = spec;
      this.data = new ClusterSet(spec.clusters());
      this.zeros = new ClusterSet(spec.clusters());
    }

    @Override
    public void visit(Extent extent) {
      if (extent.offsetBytes() < end || extent.endBytes() > spec.sizeBytes()) {
        throw new IllegalArgumentException(extent + " after " + end + " of " + spec.sizeBytes());
      }
      end = extent.endBytes();
      if (extent.kind() == Kind.ABSENT) {
        return;
      }
      if (extent.offsetBytes() != presentEnd) {
        checkSeam(presentEnd);
        checkSeam(extent.offsetBytes());
      }
      presentEnd = extent.endBytes();
      add(extent);
    }

    private void add(Extent extent) {
      long from = extent.offsetBytes() >>> spec.clusterBits();
      long to = ((extent.endBytes() - 1) >>> spec.clusterBits()) + 1;
      if (extent.kind() == Kind.DATA) {
        data.add(from, to);
      } else if (spec.backingFile() != null) {
        zeros.add(from, to);
      }
    }

    /** In the middle of a cluster nothing can begin to show through. */
    private void checkSeam(long offsetBytes) {
      boolean seamless =
          offsetBytes == spec.sizeBytes() || (offsetBytes & (spec.clusterBytes() - 1)) == 0;
      if (spec.backingFile() != null && !seamless) {
        throw new IllegalArgumentException(
            "content of an overlay begins or ends at " + offsetBytes + ", within a cluster");
      }
    }

    ClusterPlan plan() {
      checkSeam(presentEnd);
      data.seal();
      zeros.seal();
      return new ClusterPlan(spec, data, zeros);
    }
  }
}
