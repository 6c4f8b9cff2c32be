package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The socket behind which QEMU has a guest's agent. */
final class AgentSocket implements AgentWire {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  private AgentSocket(SocketChannel channel, Selector selector, SelectionKey key) {
    this.channel = channel;
    this.selector = selector;
    this.key = key;
  }

  /** Connects; whether an agent is there shows when it is asked. */
  static AgentSocket connect(Path socket) throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      // On a unix socket it connects now or never.
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        throw new IOException("QEMU does not take connections on " + socket);
      }
      var selector = Selector.open();
      return new AgentSocket(channel, selector, channel.register(selector, 0));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void write(ByteBuffer bytes, long deadline) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE, deadline);
      }
    }
  }

  @Override
  public int read(ByteBuffer destination, long deadline) throws IOException {
    while (true) {
      leftMillis(deadline);
      int count = channel.read(destination);
      if (count != 0) {
        return count;
      }
      await(SelectionKey.OP_READ, deadline);
    }
  }

  private void await(int operation, long deadline) throws IOException {
    key.interestOps(operation);
    selector.select(_ -> {}, leftMillis(deadline));
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while the guest agent worked");
    }
  }

  /** At least 1. */
  private static long leftMillis(long deadline) throws IOException {
    long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
    if (leftMillis < 1) {
      throw new IOException("guest agent: no answer in time");
    }
    return leftMillis;
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
