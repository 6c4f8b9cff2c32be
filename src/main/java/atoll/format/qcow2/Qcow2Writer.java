package atoll.format.qcow2;

import atoll.format.BlockWriter;
import atoll.format.ExtentSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final Path file;
  private final Qcow2Spec spec;
  private final ClusterPlan plan;
  private final Layout layout;
  private final FileChannel channel;
  private volatile boolean finished;
  private boolean closed;

  private Qcow2Writer(
      Path file, Qcow2Spec spec, ClusterPlan plan, Layout layout, FileChannel channel) {
    this.file = file;
    this.spec = spec;
    this.plan = plan;
    this.layout = layout;
    this.channel = channel;
  }

  /**
   * Makes an image that holds nothing, such as a volume's next layer. The file is durable on
   * return; its name is after {@link #syncFolder}.
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
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var writer = new Qcow2Writer(file, spec, plan, layout, channel);
    try {
      new TableWriter(channel, spec, plan, layout).write();
      return writer;
    } catch (IOException | RuntimeException e) {
      try (writer) {
        throw e;
      }
    }
  }

  /** Makes durable that the files of a folder are there, under their names. */
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
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
    checkNotFinished();
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
    writeFully(channel, content, cluster + (offsetBytes & (spec.clusterBytes() - 1)));
  }

  /**
   * Makes the file an image; all writing must have ended.
   *
   * @param sync whether it is to be durable on return
   */
  public void finish(boolean sync) throws IOException {
    checkNotFinished();
    writeFully(channel, HeaderWriter.header(spec, layout), 0);
    if (sync) {
      channel.force(true);
    }
    finished = true;
  }

  private void checkNotFinished() {
    if (finished) {
      throw new IllegalStateException(file + " is finished");
    }
  }

  /** Closes the file; deletes it if it was not finished. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    channel.close();
    if (!finished) {
      Files.deleteIfExists(file);
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer content, long offsetBytes)
      throws IOException {
    long start = offsetBytes - content.position();
    while (content.hasRemaining()) {
      channel.write(content, start + content.position());
    }
  }
}
