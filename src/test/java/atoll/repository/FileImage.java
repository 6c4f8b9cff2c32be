package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.BlockWriter;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file as an image, all of it data, or the ranges that are given; and to restore into. */
final class FileImage implements BlockImage, BlockWriter {
  private final FileChannel file;
  private final long sizeBytes;
  private final List<Extent> extents;

  private FileImage(FileChannel file, long sizeBytes, List<Extent> extents) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.extents = extents;
  }

  static FileImage open(Path path) throws IOException {
    var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new FileImage(file, file.size(), List.of(new Extent(0, file.size(), Extent.Kind.DATA)));
  }

  static FileImage create(Path path, long sizeBytes) throws IOException {
    var file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new FileImage(file, sizeBytes, List.of());
  }

  /** The same file, with extents in order and without gaps. */
  FileImage withExtents(List<Extent> newExtents) {
    return new FileImage(file, sizeBytes, newExtents);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    long at = offsetBytes;
    while (destination.hasRemaining()) {
      int read = file.read(destination, at);
      if (read < 0) {
        throw new EOFException("at " + at);
      }
      at += read;
    }
  }

  @Override
  public void write(long offsetBytes, ByteBuffer content) throws IOException {
    long at = offsetBytes;
    while (content.hasRemaining()) {
      at += file.write(content, at);
    }
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    for (Extent extent : extents) {
      visitor.visit(extent);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
