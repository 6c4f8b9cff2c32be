package atoll.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * The first client of a server: reads the beginning of its default export, as others will.
 *
 * <p>Whoever says that clients may connect knows by then that they can read, and the first of them
 * need not wait until what every read needs is in memory.
 */
public final class NbdProbe {
  /** Magics, and the server's flags; then the size and flags of the export. */
  private static final int GREETING_BYTES = 18;

  private static final int EXPORT_BYTES = 10;

  private static final int REPLY_BYTES = 16;

  private static final int READ_BYTES_MAX = 4096;

  private NbdProbe() {}

  /**
   * Reads the first 4 KiB of what is served on a UNIX domain socket, or all if it is less.
   *
   * @throws IOException if that cannot be read
   */
  public static void read(Path socket) throws IOException {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      receive(channel, GREETING_BYTES);
      send(
          channel,
          ByteBuffer.allocate(20)
              .putInt(Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES)
              .putLong(Protocol.OPTION_MAGIC)
              .putInt(Protocol.OPT_EXPORT_NAME)
              .putInt(0));
      long sizeBytes = receive(channel, EXPORT_BYTES).getLong();
      int lengthBytes = (int) Math.min(READ_BYTES_MAX, sizeBytes);
      if (lengthBytes > 0) {
        send(channel, request(Protocol.CMD_READ, lengthBytes));
        int error = receive(channel, REPLY_BYTES).getInt(4);
        if (error != 0) {
          throw new IOException("%s: its first bytes cannot be read".formatted(socket));
        }
        receive(channel, lengthBytes);
      }
      send(channel, request(Protocol.CMD_DISC, 0));
    }
  }

  private static ByteBuffer request(int command, int lengthBytes) {
    return ByteBuffer.allocate(Request.BYTES)
        .putInt(Protocol.REQUEST_MAGIC)
        .putShort((short) 0)
        .putShort((short) command)
        .putLong(1)
        .putLong(0)
        .putInt(lengthBytes);
  }

  private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static ByteBuffer receive(SocketChannel channel, int bytes) throws IOException {
    var received = ByteBuffer.allocate(bytes);
    while (received.hasRemaining()) {
      if (channel.read(received) < 0) {
        throw new EOFException("the server has ended the connection");
      }
    }
    return received.flip();
  }
}
