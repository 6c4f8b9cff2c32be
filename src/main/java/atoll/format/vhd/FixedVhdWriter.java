package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.BlockWriter;
import atoll.format.NewFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes a new fixed VHD file: the bytes of the disk and then a footer. What is not written is a
 * hole in the file. Until {@link #finish} it has no footer.
 *
 * <p>An interrupt ends the writing for all threads: the writer can then only be closed, which
 * deletes the file.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Fixed Hard Disk Image".
 */
public final class FixedVhdWriter implements BlockWriter, Closeable {
  private final NewFile file;
  private final VhdSpec spec;

  private FixedVhdWriter(NewFile file, VhdSpec spec) {
    this.file = file;
    this.spec = spec;
  }

  /**
   * Begins an image of zeros.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there
   */
  public static FixedVhdWriter create(Path path, VhdSpec spec) throws IOException {
    return new FixedVhdWriter(NewFile.create(path), spec);
  }

  /**
   * Writes anywhere into the disk.
   *
   * @throws IndexOutOfBoundsException if the range does not lie within the disk
   */
  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    Objects.checkFromIndexSize(offsetBytes, content.remaining(), spec.sizeBytes());
    file.write(offsetBytes, content);
  }

  /**
   * Makes the file an image; all writing must have ended.
   *
   * @param sync whether it is to be durable on return
   * @throws IOException if the disk begins like a footer: other programs would take it for one, and
   *     let whoever wrote it say where in the file the disk lies
   */
  public void finish(boolean sync) throws IOException {
    file.checkNotFinished();
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
    file.read(0, start);
    if (start.getLong(0) == FOOTER_COOKIE) {
      throw new IOException("the disk begins like a VHD footer: write it as a dynamic VHD");
    }
    if (sync) {
      file.force(); // a footer must not be durable before what it vouches for
    }
    file.write(spec.sizeBytes(), Footer.of(spec, VhdType.FIXED).bytes());
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
