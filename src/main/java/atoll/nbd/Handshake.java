package atoll.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with a client on an export and on how to talk: the fixed newstyle negotiation. One thread.
 *
 * <p>Source: doc/proto.md, "Newstyle negotiation" and "Option types".
 */
final class Handshake {
  /** The longest option data that are looked at: room for a name and many queries. */
  private static final int OPTION_BYTES_MAX = 16 << 10;

  /** Longer option data are not even passed over. */
  private static final long OPTION_BYTES_SKIPPED_MAX = 1 << 20;

  private static final int ZEROES = 124;

  private final Wire wire;
  private final Exports exports;
  private boolean isFixed;
  private boolean hasZeroes;
  private boolean isStructured;

  /** The export for which the client has chosen {@code base:allocation}, if it has. */
  private @Nullable NbdExport allocationOf;

  private @Nullable Session session;
  private boolean isOver;

  Handshake(Wire wire, Exports exports) {
    this.wire = wire;
    this.exports = exports;
  }

  /**
   * Negotiates; gives nothing if the client has said that it goes.
   *
   * @throws ProtocolException if it cannot be talked to
   */
  @Nullable Session negotiate() throws IOException {
    greet();
    readClientFlags();
    while (!isOver && wire.hasMore()) {
      readOption();
    }
    return session;
  }

  private void greet() throws IOException {
    wire.send(
        ByteBuffer.allocate(18)
            .putLong(Protocol.NBD_MAGIC)
            .putLong(Protocol.OPTION_MAGIC)
            .putShort((short) (Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES))
            .flip());
  }

  private void readClientFlags() throws IOException {
    if (!wire.hasMore()) {
      isOver = true; // somebody looked whether we live
      return;
    }
    int flags = wire.read(4).getInt();
    if ((flags & ~(Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES)) != 0) {
      throw new ProtocolException("client flags 0x%x".formatted(flags));
    }
    isFixed = (flags & Protocol.FLAG_FIXED_NEWSTYLE) != 0;
    hasZeroes = (flags & Protocol.FLAG_NO_ZEROES) == 0;
  }

  private void readOption() throws IOException {
    ByteBuffer header = wire.read(16);
    long magic = header.getLong();
    if (magic != Protocol.OPTION_MAGIC) {
      throw new ProtocolException("option magic 0x%x".formatted(magic));
    }
    int option = header.getInt();
    long lengthBytes = Integer.toUnsignedLong(header.getInt());
    if (!isFixed && option != Protocol.OPT_EXPORT_NAME) {
      throw new ProtocolException("option %d without fixed newstyle".formatted(option));
    }
    if (lengthBytes > OPTION_BYTES_MAX) {
      passOver(option, lengthBytes);
      return;
    }
    ByteBuffer data = wire.read((int) lengthBytes);
    try {
      answer(option, data);
    } catch (OptionData.InvalidException e) {
      if (option == Protocol.OPT_EXPORT_NAME) {
        throw new ProtocolException("export name: " + e.getMessage());
      }
      refuse(option, Protocol.REP_ERR_INVALID, String.valueOf(e.getMessage()));
    }
  }

  private void passOver(int option, long lengthBytes) throws IOException {
    if (lengthBytes > OPTION_BYTES_SKIPPED_MAX || option == Protocol.OPT_EXPORT_NAME) {
      throw new ProtocolException("option %d of %d bytes".formatted(option, lengthBytes));
    }
    wire.skip(lengthBytes);
    refuse(option, Protocol.REP_ERR_TOO_BIG, "at most " + OPTION_BYTES_MAX + " bytes");
  }

  private void answer(int option, ByteBuffer data) throws IOException, OptionData.InvalidException {
    switch (option) {
      case Protocol.OPT_EXPORT_NAME -> exportName(OptionData.name(data));
      case Protocol.OPT_ABORT -> {
        isOver = true;
        acknowledge(option);
      }
      case Protocol.OPT_LIST -> {
        OptionData.requireNone(data);
        list();
      }
      case Protocol.OPT_INFO, Protocol.OPT_GO -> tell(option, OptionData.exportQuestion(data));
      case Protocol.OPT_STRUCTURED_REPLY -> {
        OptionData.requireNone(data);
        isStructured = true;
        acknowledge(option);
      }
      case Protocol.OPT_LIST_META_CONTEXT -> listContexts(OptionData.contextQuestion(data));
      case Protocol.OPT_SET_META_CONTEXT -> {
        allocationOf = null; // also if this one is refused
        setContexts(OptionData.contextQuestion(data));
      }
      default -> refuse(option, Protocol.REP_ERR_UNSUP, "this server does not know the option");
    }
  }

  /** The old way to choose an export: there is no answer that says no. */
  private void exportName(String name) throws IOException {
    NbdExport export = exports.find(name);
    if (export == null) {
      throw new ProtocolException("there is no export '%s'".formatted(name));
    }
    var answer = ByteBuffer.allocate(10 + ZEROES);
    answer.putLong(export.image().sizeBytes());
    answer.putShort((short) export.transmissionFlags(isStructured));
    agree(export);
    wire.send(hasZeroes ? answer.clear() : answer.flip());
  }

  private void list() throws IOException {
    for (NbdExport export : exports.all()) {
      byte[] name = bytes(export.name());
      byte[] description = bytes(export.description());
      ByteBuffer data = ByteBuffer.allocate(4 + name.length + description.length);
      reply(
          Protocol.OPT_LIST,
          Protocol.REP_SERVER,
          data.putInt(name.length).put(name).put(description).flip());
    }
    acknowledge(Protocol.OPT_LIST);
  }

  private void tell(int option, OptionData.ExportQuestion question) throws IOException {
    NbdExport export = exports.find(question.export());
    if (export == null) {
      refuseExport(option, question.export());
      return;
    }
    info(
        option,
        Protocol.INFO_EXPORT,
        ByteBuffer.allocate(10)
            .putLong(export.image().sizeBytes())
            .putShort((short) export.transmissionFlags(isStructured))
            .flip());
    if (question.asks(Protocol.INFO_NAME)) {
      info(option, Protocol.INFO_NAME, ByteBuffer.wrap(bytes(export.name())));
    }
    if (question.asks(Protocol.INFO_DESCRIPTION)) {
      info(option, Protocol.INFO_DESCRIPTION, ByteBuffer.wrap(bytes(export.description())));
    }
    if (question.asks(Protocol.INFO_BLOCK_SIZE)) {
      info(
          option,
          Protocol.INFO_BLOCK_SIZE,
          ByteBuffer.allocate(12)
              .putInt(1)
              .putInt(export.preferredBytes())
              .putInt(Protocol.PAYLOAD_BYTES_MAX)
              .flip());
    }
    if (option == Protocol.OPT_GO) {
      agree(export);
    }
    acknowledge(option);
  }

  /** A context counts only for the export that it was chosen for. */
  private void agree(NbdExport export) {
    session = new Session(export, isStructured, export.equals(allocationOf));
    isOver = true;
  }

  private void listContexts(OptionData.ContextQuestion question) throws IOException {
    int option = Protocol.OPT_LIST_META_CONTEXT;
    if (exports.find(question.export()) == null) {
      refuseExport(option, question.export());
      return;
    }
    boolean isMeant =
        question.queries().isEmpty()
            || question.queries().contains("base:")
            || question.queries().contains(Protocol.BASE_ALLOCATION);
    if (isMeant) {
      context(option, 0);
    }
    acknowledge(option);
  }

  private void setContexts(OptionData.ContextQuestion question) throws IOException {
    int option = Protocol.OPT_SET_META_CONTEXT;
    if (!isStructured) {
      refuse(option, Protocol.REP_ERR_INVALID, "structured replies come first");
      return;
    }
    NbdExport export = exports.find(question.export());
    if (export == null) {
      refuseExport(option, question.export());
      return;
    }
    if (question.queries().contains(Protocol.BASE_ALLOCATION)) {
      allocationOf = export;
      context(option, Protocol.BASE_ALLOCATION_ID);
    }
    acknowledge(option);
  }

  private void context(int option, int id) throws IOException {
    byte[] name = bytes(Protocol.BASE_ALLOCATION);
    reply(
        option,
        Protocol.REP_META_CONTEXT,
        ByteBuffer.allocate(4 + name.length).putInt(id).put(name).flip());
  }

  private void info(int option, int info, ByteBuffer data) throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(2 + data.remaining());
    reply(option, Protocol.REP_INFO, whole.putShort((short) info).put(data).flip());
  }

  private void refuseExport(int option, String name) throws IOException {
    // The name came from the client: with it the message might be longer than messages may be.
    String shown = name.length() <= 256 ? name : name.substring(0, 256) + "...";
    refuse(option, Protocol.REP_ERR_UNKNOWN, "there is no export '%s'".formatted(shown));
  }

  private void refuse(int option, int error, String why) throws IOException {
    reply(option, error, ByteBuffer.wrap(bytes(why)));
  }

  private void acknowledge(int option) throws IOException {
    reply(option, Protocol.REP_ACK, ByteBuffer.allocate(0));
  }

  private void reply(int option, int type, ByteBuffer data) throws IOException {
    ByteBuffer header =
        ByteBuffer.allocate(20)
            .putLong(Protocol.OPTION_REPLY_MAGIC)
            .putInt(option)
            .putInt(type)
            .putInt(data.remaining());
    wire.send(header.flip(), data);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
