package atoll.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A file in memory: pieces of data with holes between them. It can be opened many times. */
public final class MemoryFile {
  private final Path path;
  private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
  private long sizeBytes;
  private int open;

  /** An empty file of that name. */
  public MemoryFile(Path path) {
    this.path = path;
  }

  /** Puts a piece behind the last one, after a hole. */
  public MemoryFile add(long holeBytes, byte[] piece) {
    long offset = sizeBytes + holeBytes;
    if (piece.length > 0) {
      pieces.put(offset, piece);
    }
    sizeBytes = offset + piece.length;
    return this;
  }

  /** Its length. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Opens it; its content must not change meanwhile. */
  public ImageFile open() {
    open++;
    return new Opened();
  }

  /** Demands that whoever opened it has closed it. */
  public void demandClosed() {
    ImageExam.demand(open == 0, "a file was left open");
  }

  private final class Opened implements ImageFile {
    private boolean closed;

    private MemoryFile file() {
      return MemoryFile.this;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public boolean isSameFile(ImageFile other) {
      return other instanceof Opened opened && opened.file().equals(file());
    }

    @Override
    public void read(long offsetBytes, ByteBuffer destination) throws IOException {
      checkOpen();
      if (offsetBytes < 0) {
        throw new IllegalArgumentException("offset " + offsetBytes);
      }
      long position = offsetBytes;
      while (destination.hasRemaining()) {
        if (position >= sizeBytes) {
          throw new EOFException(path + ": ends before what is to be read");
        }
        position += readPiece(position, destination);
      }
    }

    private int readPiece(long position, ByteBuffer destination) {
      Map.Entry<Long, byte[]> piece = pieces.floorEntry(position);
      long from = piece == null ? 0 : position - piece.getKey();
      if (piece != null && from < piece.getValue().length) {
        int length = (int) Math.min(destination.remaining(), piece.getValue().length - from);
        destination.put(piece.getValue(), (int) from, length);
        return length;
      }
      Long next = pieces.higherKey(position);
      long end = next == null ? sizeBytes : next;
      int length = (int) Math.min(destination.remaining(), end - position);
      Zeros.put(destination, length);
      return length;
    }

    @Override
    public long dataFrom(long offsetBytes) throws IOException {
      checkOpen();
      if (holeFrom(offsetBytes) > offsetBytes) {
        return offsetBytes;
      }
      Long next = pieces.higherKey(offsetBytes);
      return next == null ? sizeBytes : next;
    }

    @Override
    public long holeFrom(long offsetBytes) throws IOException {
      checkOpen();
      long hole = offsetBytes;
      Map.Entry<Long, byte[]> piece = pieces.floorEntry(hole);
      while (piece != null && hole < piece.getKey() + piece.getValue().length) {
        hole = piece.getKey() + piece.getValue().length;
        piece = pieces.floorEntry(hole);
      }
      return hole;
    }

    private void checkOpen() throws ClosedChannelException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public void close() {
      open -= closed ? 0 : 1;
      closed = true;
    }
  }
}
