package atoll.format.qcow2;

import atoll.format.BlockImage;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentVisitor;
import atoll.format.HostFile;
import atoll.format.ImageFile;
import atoll.format.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One qcow2 file as an image: its own layer only. What it does not hold is absent and reads as
 * zeros; {@link atoll.format.ImageChain} puts it over others.
 *
 * <p>The file must not be written to meanwhile: it is a frozen layer, or nobody has it open. At
 * most about 1 MiB of tables and 4 MiB of decompressed clusters are kept in memory. An interrupted
 * thread fails with {@link java.nio.channels.ClosedByInterruptException} and disturbs no other.
 *
 * <p>Source: QEMU docs/interop/qcow2.
 */
public final class Qcow2Image implements BlockImage {
  private final ImageFile file;
  private final Qcow2Header header;
  private final ClusterMap clusters;
  private final CompressedClusters compressed;

  private Qcow2Image(ImageFile file, Qcow2Header header) {
    this.file = file;
    this.header = header;
    this.clusters = new ClusterMap(file, header, header.l1());
    this.compressed = new CompressedClusters(file, header);
  }

  /**
   * Opens an image and checks its header; tables are checked where they are used. Opens no other
   * file, whatever the header names.
   *
   * @throws atoll.format.CorruptImageException if the header is not that of a qcow2 image that can
   *     be read
   */
  public static Qcow2Image open(Path path) throws IOException {
    return of(HostFile.open(path));
  }

  /** As {@link #open}, from an open file: it is closed with the image, or when this fails. */
  static Qcow2Image of(ImageFile file) throws IOException {
    try {
      return new Qcow2Image(file, HeaderReader.read(file));
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  /**
   * Opens an image as it was when an internal snapshot was taken. Backing file and all that is not
   * said of the disk itself are those of the file.
   *
   * @param id that of the snapshot, see {@link #internalSnapshots}
   * @throws java.nio.file.FileSystemException if the image has no such snapshot
   * @throws atoll.format.CorruptImageException if header or snapshot table break the format
   */
  public static Qcow2Image openAt(Path path, String id) throws IOException {
    return at(HostFile.open(path), id);
  }

  /** As {@link #openAt}, from an open file: it is closed with the image, or when this fails. */
  static Qcow2Image at(ImageFile file, String id) throws IOException {
    try {
      Qcow2Header header = HeaderReader.read(file);
      return new Qcow2Image(file, InternalSnapshotReader.headerAt(file, header, id));
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  /** The format's version, 2 or 3. */
  public int version() {
    return header.version();
  }

  /** A cluster has 2 to the power of this bytes; 9 to 21. */
  public int clusterBits() {
    return header.clusterBits();
  }

  /** Whether clusters are allocated in parts of a 32nd. */
  public boolean extendedL2() {
    return header.extendedL2();
  }

  /**
   * The internal snapshots of the file, oldest first; reads their table.
   *
   * @throws atoll.format.CorruptImageException if the table breaks the format
   */
  public List<InternalSnapshot> internalSnapshots() throws IOException {
    return InternalSnapshotReader.list(file, header);
  }

  /**
   * The persistent dirty bitmaps of the file; reads only their directory. None if the image says
   * that they no longer fit its content.
   *
   * @throws atoll.format.CorruptImageException if the directory breaks the format
   */
  public List<DirtyBitmap> dirtyBitmaps() throws IOException {
    return BitmapDirectoryReader.list(file, header);
  }

  /** The backing file as the header names it: not to be trusted. */
  public @Nullable String backingFile() {
    return header.backingFile();
  }

  /** The format of the backing file as the header names it. */
  public @Nullable String backingFormat() {
    return header.backingFormat();
  }

  /**
   * How much of the file is set aside for clusters of the disk; reads all tables. A compressed
   * cluster counts from its first byte to the end of its last sector, so that neighbours in one
   * sector count a part of it twice: less than 512 bytes too much for each.
   */
  public long allocatedBytes() throws IOException {
    return clusters.allocatedBytes();
  }

  @Override
  public long sizeBytes() {
    return header.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    clusters.walk(offsetBytes, destination.remaining(), new Reader(destination));
  }

  /** Clusters that are neighbours in the file, too, come as one run and are read at once. */
  private final class Reader implements ClusterVisitor {
    private final ByteBuffer destination;

    Reader(ByteBuffer destination) {
      this.destination = destination;
    }

    @Override
    public void data(long offsetBytes, long lengthBytes, long hostOffsetBytes) throws IOException {
      int end = destination.position() + (int) lengthBytes;
      int limit = destination.limit();
      file.read(hostOffsetBytes, destination.limit(end));
      destination.limit(limit);
    }

    @Override
    public void compressed(long offsetBytes, long lengthBytes, long entry) throws IOException {
      int end = destination.position() + (int) lengthBytes;
      int limit = destination.limit();
      int from = (int) (offsetBytes & (header.clusterBytes() - 1));
      compressed.read(entry, from, destination.limit(end));
      destination.limit(limit);
    }

    @Override
    public void zero(long offsetBytes, long lengthBytes) {
      Zeros.put(destination, (int) lengthBytes);
    }

    @Override
    public void absent(long offsetBytes, long lengthBytes) {
      Zeros.put(destination, (int) lengthBytes);
    }
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    var joiner = new ExtentJoiner(offsetBytes, visitor);
    clusters.walk(offsetBytes, lengthBytes, new Describer(joiner));
    joiner.finish();
  }

  private record Describer(ExtentJoiner joiner) implements ClusterVisitor {
    @Override
    public void data(long offsetBytes, long lengthBytes, long hostOffsetBytes) throws IOException {
      joiner.add(Kind.DATA, lengthBytes);
    }

    @Override
    public void compressed(long offsetBytes, long lengthBytes, long entry) throws IOException {
      joiner.add(Kind.DATA, lengthBytes);
    }

    @Override
    public void zero(long offsetBytes, long lengthBytes) throws IOException {
      joiner.add(Kind.ZERO, lengthBytes);
    }

    @Override
    public void absent(long offsetBytes, long lengthBytes) throws IOException {
      joiner.add(Kind.ABSENT, lengthBytes);
    }
  }

  /**
   * Visits what this image holds where it may read otherwise than {@code other}: the same file,
   * opened now or at an internal snapshot. In order, with gaps where both have the very same
   * clusters; behind the end of {@code other} all is visited.
   *
   * <p>Compares allocation tables and reads no data, so ranges that were written with what was
   * there before are among them. Costs in proportion to what differs.
   *
   * @throws IllegalArgumentException if {@code other} is another file
   */
  public void differences(Qcow2Image other, ExtentVisitor visitor) throws IOException {
    if (!file.isSameFile(other.file)) {
      throw new IllegalArgumentException(other.file.path() + " is not " + file.path());
    }
    long end = Math.min(sizeBytes(), other.sizeBytes());
    RangeVisitor ranges = (offset, length) -> extents(offset, length, visitor);
    new MappingDifferences(header, clusters, other.clusters, end, ranges).walk(sizeBytes());
  }

  @Override
  public void close() throws IOException {
    compressed.close();
    file.close();
  }
}
