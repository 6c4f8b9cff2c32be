package atoll.nbd;

import atoll.format.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the replies of one thread. What is put together piece by piece, with content that stays in
 * its own buffer, goes out in one {@link #flush}.
 *
 * <p>Source: doc/proto.md, "Simple reply message" and "Structured reply types".
 */
final class Replies {
  /** The head of a chunk with {@code OFFSET_DATA}, and a whole one with {@code OFFSET_HOLE}. */
  private static final int CHUNK_BYTES = 32;

  /** The most chunks that are sent together. */
  static final int CHUNKS_MAX = 2048;

  /** The most extents of one reply. */
  static final int EXTENTS_MAX = 4096;

  /** How much room for heads must be given. */
  static final int HEAD_BYTES = CHUNKS_MAX * CHUNK_BYTES;

  /** A character has at most four bytes. */
  private static final int MESSAGE_CHARACTERS_MAX = Protocol.STRING_BYTES_MAX / 4;

  private final Wire wire;
  private final boolean isStructured;
  private final ByteBuffer head;
  private final List<ByteBuffer> parts = new ArrayList<>();
  private int headSent;

  /** Heads are written into {@code head}, which is {@link #HEAD_BYTES} long. */
  Replies(Wire wire, boolean isStructured, ByteBuffer head) {
    this.wire = wire;
    this.isStructured = isStructured;
    this.head = head;
  }

  /** Says that a request is done, without any content. */
  void done(Request request) throws IOException {
    if (isStructured) {
      chunk(request, Protocol.REPLY_NONE, 0, true);
    } else {
      simple(request, 0);
    }
    flush();
  }

  /** Says that a request failed; what was put together for it and not sent is forgotten. */
  void error(Request request, int error, String message) throws IOException {
    clear();
    if (isStructured) {
      byte[] text =
          message
              .substring(0, Math.min(message.length(), MESSAGE_CHARACTERS_MAX))
              .getBytes(StandardCharsets.UTF_8);
      chunk(request, Protocol.REPLY_ERROR, 6 + text.length, true);
      head.putInt(error).putShort((short) text.length).put(text);
    } else {
      simple(request, error);
    }
    flush();
  }

  /** Sends all that was to be read. */
  void whole(Request request, ByteBuffer content) throws IOException {
    if (isStructured) {
      data(request, request.offsetBytes(), content, true);
    } else {
      simple(request, 0);
      append(content);
    }
    flush();
  }

  /** Adds content, which must stay as it is until it is sent. */
  void data(Request request, long offsetBytes, ByteBuffer content, boolean isLast) {
    chunk(request, Protocol.REPLY_OFFSET_DATA, 8 + content.remaining(), isLast);
    head.putLong(offsetBytes);
    append(content);
  }

  /** Adds a range of zeros. */
  void hole(Request request, long offsetBytes, int lengthBytes, boolean isLast) {
    chunk(request, Protocol.REPLY_OFFSET_HOLE, 12, isLast);
    head.putLong(offsetBytes).putInt(lengthBytes);
  }

  /** Sends where data are: extents that follow one another, at most {@link #EXTENTS_MAX}. */
  void extents(Request request, List<Extent> extents) throws IOException {
    chunk(request, Protocol.REPLY_BLOCK_STATUS, 4 + 8 * extents.size(), true);
    head.putInt(Protocol.BASE_ALLOCATION_ID);
    for (Extent extent : extents) {
      boolean isData = extent.kind() == Extent.Kind.DATA;
      head.putInt((int) extent.lengthBytes());
      head.putInt(isData ? 0 : Protocol.STATE_HOLE | Protocol.STATE_ZERO);
    }
    flush();
  }

  /** Sends what was added. */
  void flush() throws IOException {
    cutHead();
    wire.send(parts.toArray(ByteBuffer[]::new));
    clear();
  }

  private void simple(Request request, int error) {
    head.putInt(Protocol.SIMPLE_REPLY_MAGIC).putInt(error).putLong(request.cookie());
  }

  private void chunk(Request request, int type, int lengthBytes, boolean isLast) {
    head.putInt(Protocol.STRUCTURED_REPLY_MAGIC);
    head.putShort((short) (isLast ? Protocol.REPLY_FLAG_DONE : 0));
    head.putShort((short) type);
    head.putLong(request.cookie());
    head.putInt(lengthBytes);
  }

  private void append(ByteBuffer content) {
    cutHead();
    parts.add(content);
  }

  private void cutHead() {
    if (head.position() > headSent) {
      parts.add(head.slice(headSent, head.position() - headSent));
      headSent = head.position();
    }
  }

  private void clear() {
    parts.clear();
    head.clear();
    headSent = 0;
  }
}
