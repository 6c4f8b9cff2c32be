package atoll.nbd;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests that one thread has read, one after the other. What fails of the image is
 * told to the client and logged here; what fails of the connection is thrown.
 *
 * <p>Source: doc/proto.md, "Request types".
 */
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

  /**
   * A long read is read and sent in pieces of this size: more would take more memory, less would
   * ask a far store more often.
   */
  static final int PIECE_BYTES = 4 << 20;

  /** Shorter runs of zeros are sent: a chunk of their own would cost more. */
  static final int HOLE_BYTES_MIN = 4096;

  /**
   * How far is looked for extents: in steps that grow to this length. A client that asks for more
   * must ask again, and hears of the beginning soon, however slow the image's tables come.
   */
  static final long STATUS_BYTES_MAX = 1L << 30;

  private static final long STATUS_FIRST_BYTES = 16 << 20;

  /** The image failed, not the connection. */
  private static final class ImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Exception failure;

    ImageException(Exception failure) {
      super(failure);
      this.failure = failure;
    }
  }

  private final Session session;
  private final Replies replies;
  private final Allowance allowance;

  Answers(Session session, Replies replies, Allowance allowance) {
    this.session = session;
    this.replies = replies;
    this.allowance = allowance;
  }

  /** Answers a request, the payload of which has been passed over. */
  void answer(Request request) throws IOException {
    try {
      switch (request.command()) {
        case Protocol.CMD_READ -> read(request);
        case Protocol.CMD_BLOCK_STATUS -> blockStatus(request);
        case Protocol.CMD_CACHE -> cache(request);
        case Protocol.CMD_FLUSH -> replies.done(request); // nothing is ever unwritten
        case Protocol.CMD_WRITE, Protocol.CMD_TRIM, Protocol.CMD_WRITE_ZEROES ->
            replies.error(request, Protocol.EPERM, "the export is read-only");
        default -> refuse(request, "unknown command %d".formatted(request.command()));
      }
    } catch (ImageException e) {
      fail(request, e.failure);
    }
  }

  private void refuse(Request request, String why) throws IOException {
    replies.error(request, Protocol.EINVAL, why);
  }

  private void fail(Request request, Exception cause) throws IOException {
    String export = session.export().name();
    if (cause instanceof IOException) {
      LOG.warn("export '{}': {}", export, request, cause);
    } else {
      LOG.error("export '{}': {}: an error in Atoll itself", export, request, cause);
    }
    String message = cause.getMessage();
    replies.error(request, Protocol.EIO, message == null ? cause.toString() : message);
  }

  // ------------------------------------------------------------------- READ

  private void read(Request request) throws IOException, ImageException {
    int flags = Protocol.CMD_FLAG_FUA | (session.isStructured() ? Protocol.CMD_FLAG_DF : 0);
    if (!request.hasOnly(flags)) {
      refuse(request, "a read with flags 0x%x".formatted(request.flags()));
    } else if (request.lengthBytes() > Protocol.PAYLOAD_BYTES_MAX) {
      refuse(request, "a read of more than 32 MiB");
    } else if (!request.isWithin(session.export().image().sizeBytes())) {
      refuse(request, "a read beyond the end");
    } else if (request.lengthBytes() == 0) {
      replies.done(request);
    } else if (!session.isStructured() || request.hasFlag(Protocol.CMD_FLAG_DF)) {
      readWhole(request);
    } else {
      readInPieces(request);
    }
  }

  /** One reply for all: it must be known to be whole before its first byte is sent. */
  private void readWhole(Request request) throws IOException, ImageException {
    ByteBuffer content = allowance.take((int) request.lengthBytes());
    try {
      fill(request.offsetBytes(), content);
      replies.whole(request, content);
    } finally {
      allowance.giveBack(content);
    }
  }

  private void readInPieces(Request request) throws IOException, ImageException {
    long end = request.offsetBytes() + request.lengthBytes();
    for (long at = request.offsetBytes(); at < end; at += PIECE_BYTES) {
      int lengthBytes = (int) Math.min(PIECE_BYTES, end - at);
      readPiece(request, at, lengthBytes, at + lengthBytes == end);
    }
  }

  private void readPiece(Request request, long offsetBytes, int lengthBytes, boolean isLast)
      throws IOException, ImageException {
    List<Extent> ranges = ranges(offsetBytes, lengthBytes);
    Extent first = ranges.getFirst();
    if (ranges.size() == 1 && first.kind() == Kind.ZERO) {
      replies.hole(request, offsetBytes, lengthBytes, isLast);
      replies.flush();
      return;
    }
    // From the first data to the last, the zeros between them too, in one go: for an image that
    // fetches what it reads that is one fetch instead of many.
    long from = first.kind() == Kind.ZERO ? first.endBytes() : offsetBytes;
    Extent last = ranges.getLast();
    long to = last.kind() == Kind.ZERO ? last.offsetBytes() : last.endBytes();
    ByteBuffer content = allowance.take((int) (to - from));
    try {
      fill(from, content);
      for (Extent range : ranges) {
        boolean isEnd = isLast && range.equals(last);
        int length = (int) range.lengthBytes();
        if (range.kind() == Kind.ZERO) {
          replies.hole(request, range.offsetBytes(), length, isEnd);
        } else {
          int at = (int) (range.offsetBytes() - from);
          replies.data(request, range.offsetBytes(), content.slice(at, length), isEnd);
        }
      }
      replies.flush();
    } finally {
      allowance.giveBack(content);
    }
  }

  /** Data and zeros of a piece, in order and without gaps; short runs of zeros count as data. */
  private List<Extent> ranges(long offsetBytes, int lengthBytes) throws ImageException {
    var ranges = new ArrayList<Extent>();
    var ofUse = new ExtentJoiner(offsetBytes, ranges::add);
    var all =
        new ExtentJoiner(
            offsetBytes,
            extent -> {
              boolean isShort = extent.lengthBytes() < HOLE_BYTES_MIN;
              ofUse.add(isShort ? Kind.DATA : extent.kind(), extent.lengthBytes());
            });
    extents(offsetBytes, lengthBytes, all);
    try {
      all.finish();
      ofUse.finish();
    } catch (IOException e) {
      throw new ImageException(e);
    }
    return ranges;
  }

  private void fill(long offsetBytes, ByteBuffer content) throws ImageException {
    try {
      session.export().image().read(offsetBytes, content);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(e);
    }
    content.flip();
  }

  // ----------------------------------------------------------- BLOCK_STATUS

  private void blockStatus(Request request) throws IOException, ImageException {
    if (!session.hasAllocation()) {
      refuse(request, "base:allocation was not negotiated");
    } else if (!request.hasOnly(Protocol.CMD_FLAG_FUA | Protocol.CMD_FLAG_REQ_ONE)) {
      refuse(request, "a block status with flags 0x%x".formatted(request.flags()));
    } else if (request.lengthBytes() == 0) {
      refuse(request, "a block status of nothing");
    } else if (!request.isWithin(session.export().image().sizeBytes())) {
      refuse(request, "a block status beyond the end");
    } else {
      boolean isOne = request.hasFlag(Protocol.CMD_FLAG_REQ_ONE);
      long lengthBytes = Math.min(request.lengthBytes(), STATUS_BYTES_MAX);
      int extentsMax = isOne ? 1 : Replies.EXTENTS_MAX;
      replies.extents(request, firstExtents(request.offsetBytes(), lengthBytes, extentsMax));
    }
  }

  private List<Extent> firstExtents(long offsetBytes, long lengthBytes, int extentsMax)
      throws IOException, ImageException {
    var found = new ArrayList<Extent>();
    var joiner =
        new ExtentJoiner(
            offsetBytes,
            extent -> {
              if (found.size() < extentsMax) {
                found.add(extent);
              }
            });
    long end = offsetBytes + lengthBytes;
    long at = offsetBytes;
    long step = STATUS_FIRST_BYTES;
    while (at < end && found.size() < extentsMax) {
      long length = Math.min(step, end - at);
      extents(at, length, joiner);
      at += length;
      step *= 2;
    }
    joiner.finish();
    return found;
  }

  /** Adds what is in a range; what is not there at all is zeros, as nothing is beneath. */
  private void extents(long offsetBytes, long lengthBytes, ExtentJoiner joiner)
      throws ImageException {
    ExtentVisitor visitor =
        extent ->
            joiner.add(extent.kind() == Kind.DATA ? Kind.DATA : Kind.ZERO, extent.lengthBytes());
    try {
      session.export().image().extents(offsetBytes, lengthBytes, visitor);
    } catch (IOException | RuntimeException e) {
      throw new ImageException(e);
    }
  }

  // ------------------------------------------------------------------ CACHE

  /** Reads what will be read again, so that the image may keep it; as far as one read would go. */
  private void cache(Request request) throws IOException, ImageException {
    if (!request.hasOnly(Protocol.CMD_FLAG_FUA)) {
      refuse(request, "caching with flags 0x%x".formatted(request.flags()));
      return;
    }
    if (!request.isWithin(session.export().image().sizeBytes())) {
      refuse(request, "caching beyond the end");
      return;
    }
    long end = request.offsetBytes() + Math.min(request.lengthBytes(), Protocol.PAYLOAD_BYTES_MAX);
    for (long at = request.offsetBytes(); at < end; at += PIECE_BYTES) {
      ByteBuffer unused = allowance.take((int) Math.min(PIECE_BYTES, end - at));
      try {
        fill(at, unused);
      } finally {
        allowance.giveBack(unused);
      }
    }
    replies.done(request);
  }
}
