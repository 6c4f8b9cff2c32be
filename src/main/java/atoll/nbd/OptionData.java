package atoll.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What comes with an option, taken apart.
 *
 * <p>Source: doc/proto.md, "Option types".
 */
final class OptionData {
  /** Data that are not what the option wants: the client is told, and may go on. */
  static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String problem) {
      super(problem);
    }
  }

  /** What {@code INFO} and {@code GO} ask. */
  record ExportQuestion(String export, List<Integer> infos) {
    /** Whether the client wants to be told this. */
    boolean asks(int info) {
      return infos.contains(info);
    }
  }

  /** What {@code LIST_META_CONTEXT} and {@code SET_META_CONTEXT} ask. */
  record ContextQuestion(String export, List<String> queries) {}

  private OptionData() {}

  static void requireNone(ByteBuffer data) throws InvalidException {
    if (data.hasRemaining()) {
      throw new InvalidException("this option has no data");
    }
  }

  static ExportQuestion exportQuestion(ByteBuffer data) throws InvalidException {
    String export = text(data, length(data));
    int count = Short.toUnsignedInt(need(data, 2).getShort());
    need(data, 2 * count);
    List<Integer> infos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      infos.add(Short.toUnsignedInt(data.getShort()));
    }
    requireNone(data);
    return new ExportQuestion(export, infos);
  }

  static ContextQuestion contextQuestion(ByteBuffer data) throws InvalidException {
    String export = text(data, length(data));
    long count = Integer.toUnsignedLong(need(data, 4).getInt());
    List<String> queries = new ArrayList<>();
    for (long i = 0; i < count; i++) { // ends with the data, whatever the count says
      queries.add(text(data, length(data)));
    }
    requireNone(data);
    return new ContextQuestion(export, queries);
  }

  /** All that is left, as a name. */
  static String name(ByteBuffer data) throws InvalidException {
    return text(data, data.remaining());
  }

  private static long length(ByteBuffer data) throws InvalidException {
    return Integer.toUnsignedLong(need(data, 4).getInt());
  }

  private static String text(ByteBuffer data, long bytes) throws InvalidException {
    if (bytes > Protocol.STRING_BYTES_MAX) {
      throw new InvalidException("a name or query is longer than 4096 bytes");
    }
    need(data, (int) bytes);
    ByteBuffer part = data.slice(data.position(), (int) bytes);
    data.position(data.position() + (int) bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
    } catch (CharacterCodingException e) {
      var invalid = new InvalidException("a name or query is not UTF-8");
      invalid.initCause(e);
      throw invalid;
    }
  }

  private static ByteBuffer need(ByteBuffer data, int bytes) throws InvalidException {
    if (data.remaining() < bytes) {
      throw new InvalidException("the option's data end too early");
    }
    return data;
  }
}
