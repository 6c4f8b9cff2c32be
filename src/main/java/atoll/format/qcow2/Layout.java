package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

/**
 * Where everything lies in a new image, in clusters: header, refcount table, refcount blocks, L1
 * table, L2 tables, and then the data in order of the disk. Nothing is set aside beyond that.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Host cluster management".
 */
record Layout(
    int clusterBits,
    long refcountTableClusters,
    long refcountBlocks,
    long l1Clusters,
    long l2Tables,
    long dataClusters) {
  private static final int REFCOUNT_BYTES = 2;

  static Layout of(Qcow2Spec spec, long l2Tables, long dataClusters) {
    long l1Clusters = Math.ceilDiv((long) spec.l1Entries() * ENTRY_BYTES, spec.clusterBytes());
    var layout = new Layout(spec.clusterBits(), 1, 1, l1Clusters, l2Tables, dataClusters);
    // Refcount blocks and their table are counted, too: a few rounds until they cover themselves.
    while (!layout.refcountsSuffice()) {
      long blocks = Math.ceilDiv(layout.clusters(), spec.clusterBytes() / REFCOUNT_BYTES);
      long table = Math.ceilDiv(blocks * ENTRY_BYTES, spec.clusterBytes());
      layout = new Layout(spec.clusterBits(), table, blocks, l1Clusters, l2Tables, dataClusters);
    }
    if (layout.refcountTableClusters << spec.clusterBits() > REFCOUNT_TABLE_BYTES_MAX) {
      throw new IllegalArgumentException("too much data for clusters of 2^" + spec.clusterBits());
    }
    return layout;
  }

  private boolean refcountsSuffice() {
    long clusterBytes = 1L << clusterBits;
    return clusters() <= refcountBlocks * (clusterBytes / REFCOUNT_BYTES)
        && refcountBlocks <= refcountTableClusters * (clusterBytes / ENTRY_BYTES);
  }

  /** How many clusters the file has. */
  long clusters() {
    return 1 + refcountTableClusters + refcountBlocks + l1Clusters + l2Tables + dataClusters;
  }

  long refcountTableOffset() {
    return 1L << clusterBits;
  }

  long refcountBlockOffset(long block) {
    return (1 + refcountTableClusters + block) << clusterBits;
  }

  long l1Offset() {
    return refcountBlockOffset(refcountBlocks);
  }

  long l2Offset(long table) {
    return l1Offset() + ((l1Clusters + table) << clusterBits);
  }

  long dataOffset(long cluster) {
    return l2Offset(l2Tables + cluster);
  }

  long fileBytes() {
    return clusters() << clusterBits;
  }
}
