package atoll.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that sends exactly the bytes a test wants, and takes apart what comes back. It has
 * numbers of its own, written down from the protocol's document: the server's may be wrong.
 */
final class NbdTestClient implements AutoCloseable {
  static final int EXPORT_NAME = 1;
  static final int ABORT = 2;
  static final int LIST = 3;
  static final int STARTTLS = 5;
  static final int INFO = 6;
  static final int GO = 7;
  static final int STRUCTURED_REPLY = 8;
  static final int LIST_META_CONTEXT = 9;
  static final int SET_META_CONTEXT = 10;
  static final int EXTENDED_HEADERS = 11;

  static final int ACK = 1;
  static final int SERVER = 2;
  static final int INFO_REPLY = 3;
  static final int META_CONTEXT = 4;
  static final int ERR_UNSUP = (1 << 31) + 1;
  static final int ERR_INVALID = (1 << 31) + 3;
  static final int ERR_UNKNOWN = (1 << 31) + 6;
  static final int ERR_TOO_BIG = (1 << 31) + 9;

  static final int READ = 0;
  static final int WRITE = 1;
  static final int DISC = 2;
  static final int FLUSH = 3;
  static final int TRIM = 4;
  static final int CACHE = 5;
  static final int WRITE_ZEROES = 6;
  static final int BLOCK_STATUS = 7;
  static final int DF = 4;
  static final int REQ_ONE = 8;

  static final int CHUNK_NONE = 0;
  static final int CHUNK_DATA = 1;
  static final int CHUNK_HOLE = 2;
  static final int CHUNK_STATUS = 5;
  static final int CHUNK_ERROR = 32769;

  private final SocketChannel channel;

  private NbdTestClient(SocketChannel channel) {
    this.channel = channel;
  }

  static NbdTestClient connect(Path socket) throws IOException {
    return connect(UnixDomainSocketAddress.of(socket));
  }

  static NbdTestClient connect(SocketAddress address) throws IOException {
    if (address instanceof InetSocketAddress) {
      return new NbdTestClient(SocketChannel.open(address));
    }
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(address);
    return new NbdTestClient(channel);
  }

  /** A client that has an export open with structured replies and {@code base:allocation}. */
  static NbdTestClient ready(Path socket, String export) throws IOException {
    NbdTestClient client = greeted(socket);
    client.structured();
    client.option(SET_META_CONTEXT, contexts(export, "base:allocation"));
    assertThat(client.optionReply(SET_META_CONTEXT).type()).isEqualTo(META_CONTEXT);
    assertThat(client.optionReply(SET_META_CONTEXT).type()).isEqualTo(ACK);
    client.go(export);
    return client;
  }

  /** A client that has said which flags it knows, and no option yet. */
  static NbdTestClient greeted(Path socket) throws IOException {
    NbdTestClient client = connect(socket);
    client.greet(3);
    return client;
  }

  void greet(int clientFlags) throws IOException {
    ByteBuffer greeting = receive(18);
    assertThat(greeting.getLong()).isEqualTo(0x4e42444d41474943L);
    assertThat(greeting.getLong()).isEqualTo(0x49484156454f5054L);
    assertThat(greeting.getShort()).isEqualTo((short) 3);
    send(ByteBuffer.allocate(4).putInt(clientFlags).flip());
  }

  void structured() throws IOException {
    option(STRUCTURED_REPLY, new byte[0]);
    assertThat(optionReply(STRUCTURED_REPLY).type()).isEqualTo(ACK);
  }

  void go(String export) throws IOException {
    option(GO, question(export));
    OptionReply reply = optionReply(GO);
    while (reply.type() == INFO_REPLY) {
      reply = optionReply(GO);
    }
    assertThat(reply.type()).isEqualTo(ACK);
  }

  // ---------------------------------------------------------------- options

  /** A reply to an option. */
  record OptionReply(int type, ByteBuffer data) {
    String text() {
      return StandardCharsets.UTF_8.decode(data.duplicate()).toString();
    }
  }

  /** The data of {@code INFO} and {@code GO}. */
  static byte[] question(String export, int... infos) {
    byte[] name = utf8(export);
    ByteBuffer data = ByteBuffer.allocate(6 + name.length + 2 * infos.length);
    data.putInt(name.length).put(name).putShort((short) infos.length);
    for (int info : infos) {
      data.putShort((short) info);
    }
    return data.array();
  }

  /** The data of {@code LIST_META_CONTEXT} and {@code SET_META_CONTEXT}. */
  static byte[] contexts(String export, String... queries) {
    ByteBuffer data = ByteBuffer.allocate(64 << 10);
    data.putInt(utf8(export).length).put(utf8(export)).putInt(queries.length);
    for (String query : queries) {
      data.putInt(utf8(query).length).put(utf8(query));
    }
    var bytes = new byte[data.position()];
    data.flip().get(bytes);
    return bytes;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void option(int option, byte[] data) throws IOException {
    optionHeader(option, data.length);
    send(ByteBuffer.wrap(data));
  }

  void optionHeader(int option, int lengthBytes) throws IOException {
    send(
        ByteBuffer.allocate(16)
            .putLong(0x49484156454f5054L)
            .putInt(option)
            .putInt(lengthBytes)
            .flip());
  }

  OptionReply optionReply(int option) throws IOException {
    ByteBuffer header = receive(20);
    assertThat(header.getLong()).isEqualTo(0x3e889045565a9L);
    assertThat(header.getInt()).isEqualTo(option);
    int type = header.getInt();
    return new OptionReply(type, receive(header.getInt()));
  }

  /** All replies to an option, up to the one that ends them. */
  List<OptionReply> optionReplies(int option) throws IOException {
    var replies = new ArrayList<OptionReply>();
    do {
      replies.add(optionReply(option));
    } while (replies.getLast().type() > ACK);
    return replies;
  }

  // --------------------------------------------------------------- requests

  void request(int flags, int command, long cookie, long offsetBytes, int lengthBytes)
      throws IOException {
    send(requestBytes(flags, command, cookie, offsetBytes, lengthBytes));
  }

  static ByteBuffer requestBytes(
      int flags, int command, long cookie, long offsetBytes, int lengthBytes) {
    return ByteBuffer.allocate(28)
        .putInt(0x25609513)
        .putShort((short) flags)
        .putShort((short) command)
        .putLong(cookie)
        .putLong(offsetBytes)
        .putInt(lengthBytes)
        .flip();
  }

  /** The head of a simple reply. */
  record SimpleReply(int error, long cookie) {}

  SimpleReply simpleReply() throws IOException {
    ByteBuffer header = receive(16);
    assertThat(header.getInt()).isEqualTo(0x67446698);
    return new SimpleReply(header.getInt(), header.getLong());
  }

  /** A chunk of a structured reply. */
  record Chunk(boolean isLast, int type, long cookie, ByteBuffer payload) {
    int error() {
      assertThat(type).isEqualTo(CHUNK_ERROR);
      return payload.getInt(0);
    }

    String message() {
      assertThat(payload.getShort(4)).isEqualTo((short) (payload.limit() - 6));
      return StandardCharsets.UTF_8.decode(payload.slice(6, payload.limit() - 6)).toString();
    }

    /** Extents of a block status: length and flags by turns. */
    List<Long> extents() {
      assertThat(type).isEqualTo(CHUNK_STATUS);
      assertThat(payload.getInt(0)).isEqualTo(1);
      var extents = new ArrayList<Long>();
      for (int at = 4; at < payload.limit(); at += 4) {
        extents.add(Integer.toUnsignedLong(payload.getInt(at)));
      }
      return extents;
    }
  }

  Chunk chunk() throws IOException {
    ByteBuffer header = receive(20);
    assertThat(header.getInt()).isEqualTo(0x668e33ef);
    int flags = header.getShort();
    assertThat(flags).isBetween(0, 1);
    int type = Short.toUnsignedInt(header.getShort());
    long cookie = header.getLong();
    return new Chunk(flags == 1, type, cookie, receive(header.getInt()));
  }

  /** The chunks of the one request that is under way. */
  List<Chunk> chunks() throws IOException {
    var chunks = new ArrayList<Chunk>();
    do {
      chunks.add(chunk());
    } while (!chunks.getLast().isLast());
    return chunks;
  }

  // ------------------------------------------------------------------ bytes

  void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  ByteBuffer receive(int bytes) throws IOException {
    ByteBuffer received = ByteBuffer.allocate(bytes);
    while (received.hasRemaining()) {
      if (channel.read(received) < 0) {
        throw new EOFException("the server has ended the connection");
      }
    }
    return received.flip();
  }

  byte[] receiveBytes(int bytes) throws IOException {
    return receive(bytes).array();
  }

  /** Demands that the server ends the connection, without another byte. */
  void assertEnded() {
    int read;
    try {
      read = channel.read(ByteBuffer.allocate(1));
    } catch (IOException e) {
      return; // reset: there were bytes that the server did not want
    }
    assertThat(read).isEqualTo(-1);
  }

  /** Says that nothing more will come, and still listens. */
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
