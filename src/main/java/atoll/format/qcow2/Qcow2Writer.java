package atoll.format.qcow2;

import atoll.format.BlockWriter;
import atoll.format.ExtentSource;
import atoll.format.NewFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a new qcow2 file of version 3 whose content is known beforehand.
 *
 * <p>First come all tables; then the data, each to its place, in the file in the order of the disk,
 * so that what is written in order reaches the disk in order; last the header. Until {@link
 * #finish} the file has none, so nobody takes a half-written one for an image. Clusters that were
 * announced as data and are not written read as zeros.
 *
 * <p>An interrupt ends the writing for all threads: the writer can then only be closed.
 *
 * <p>Source: QEMU docs/interop/qcow2.
 */
public final class Qcow2Writer implements BlockWriter, Closeable {
  private final NewFile file;
  private final Qcow2Spec spec;
  private final ClusterPlan plan;
  private final Layout layout;

  private Qcow2Writer(NewFile file, Qcow2Spec spec, ClusterPlan plan, Layout layout) {
    this.file = file;
    this.spec = spec;
    this.plan = plan;
    this.layout = layout;
  }

  /**
   * Makes an image that holds nothing, such as a volume's next layer. The file is durable on
   * return; its name is after {@link NewFile#syncFolder}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   */
  public static void createEmpty(Path file, Qcow2Spec spec) throws IOException {
    try (var writer = create(file, spec, visitor -> {})) {
      writer.finish(true);
    }
  }

  /**
   * Begins an image with a certain content. Clusters with any {@code DATA} can be written to;
   * {@code ZERO} is marked in an image with a backing file; the rest is absent. Memory is bounded
   * by the size of the disk: two bits for each cluster.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   * @throws IllegalArgumentException if the extents are not in order or beyond the disk; or if the
   *     image has a backing file and an extent begins or ends within a cluster beside nothing
   */
  public static Qcow2Writer create(Path file, Qcow2Spec spec, ExtentSource content)
      throws IOException {
    ClusterPlan plan = ClusterPlan.of(spec, content);
    Layout layout = Layout.of(spec, plan.l2Tables(), plan.data().count());
    NewFile newFile = NewFile.create(file);
    try {
      new TableWriter(newFile, spec, plan, layout).write();
      return new Qcow2Writer(newFile, spec, plan, layout);
    } catch (IOException | RuntimeException e) {
      try (newFile) {
        throw e;
      }
    }
  }

  /**
   * Writes into clusters that were announced as data, all or a part of them.
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the disk
   * @throws IllegalArgumentException if it touches a cluster that was not announced
   */
  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, content.remaining(), spec.sizeBytes());
    file.checkNotFinished();
    if (!content.hasRemaining()) {
      return;
    }
    long first = offsetBytes >>> spec.clusterBits();
    long end = ((offsetBytes + content.remaining() - 1) >>> spec.clusterBits()) + 1;
    if (!plan.data().containsAll(first, end)) {
      throw new IllegalArgumentException(
          content.remaining() + " bytes at " + offsetBytes + " are not all announced as data");
    }
    // Announced neighbours on the disk are neighbours in the file.
    long cluster = layout.dataOffset(plan.data().countBefore(first));
    file.write(cluster + (offsetBytes & (spec.clusterBytes() - 1)), content);
  }

  /**
   * Makes the file an image; all writing must have ended.
   *
   * @param sync whether it is to be durable on return
   */
  public void finish(boolean sync) throws IOException {
    file.write(0, HeaderWriter.header(spec, layout));
    if (sync) {
      file.force();
    }
    file.finish();
  }

  /** Closes the file; deletes it if it was not finished. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
