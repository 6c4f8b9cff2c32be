package atoll.hypervisor.qemu;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a socket, which says what a {@link Script} says. Once it hears nothing for a
 * while it says all that is left and no more, so that nobody waits for long.
 */
final class FuzzPeer implements AutoCloseable {
  private static final long PAUSE_MILLIS = 2;
  private static final long THREADS_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path socket;
  private final ServerSocketChannel listener;
  private final AtomicReference<@Nullable Throwable> uncaught = new AtomicReference<>();
  private volatile byte[] script = new byte[0];

  /** Listens on {@code socket}. */
  FuzzPeer(Path socket) throws IOException {
    this.socket = socket;
    this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().name("fuzz peer").start(this::serve);
    Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> uncaught.set(thrown));
  }

  /** What a client does. */
  interface Client {
    void run() throws Exception;
  }

  /** Lets {@code client}, which connects once, hear {@code input}; waits for its threads, too. */
  void play(byte[] input, Client client) throws Exception {
    script = input;
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    int threads = group.activeCount();
    try {
      client.run();
    } catch (IOException e) {
      // declared
    }
    long deadline = System.nanoTime() + THREADS_PATIENCE_NANOS;
    while (group.activeCount() > threads) {
      LockSupport.parkNanos(20_000);
      if (System.nanoTime() > deadline) {
        throw new AssertionError("a thread of the client does not end");
      }
    }
    Throwable thrown = uncaught.getAndSet(null);
    if (thrown != null) {
      throw new AssertionError("a thread of the client died", thrown);
    }
  }

  private void serve() {
    while (listener.isOpen()) {
      try (SocketChannel channel = listener.accept();
          var selector = Selector.open()) {
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
        say(channel, selector, new Script(script));
      } catch (IOException e) {
        // The client has gone, or the run is over.
      }
    }
  }

  private static void say(SocketChannel channel, Selector selector, Script script)
      throws IOException {
    boolean hears = true;
    while (script.hasNext()) {
      send(channel, ByteBuffer.wrap(script.next()));
      if (hears && script.hasNext()) {
        byte[] line = hear(channel, selector);
        hears = line.length > 0;
        script.heard(line);
      }
    }
    channel.shutdownOutput();
    awaitEnd(channel, selector);
  }

  private static void send(SocketChannel channel, ByteBuffer part) throws IOException {
    while (part.hasRemaining()) {
      if (channel.write(part) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** A line; an empty one if there is none for a while. */
  private static byte[] hear(SocketChannel channel, Selector selector) throws IOException {
    var heard = ByteBuffer.allocate(4096);
    do {
      if (selector.select(_ -> {}, PAUSE_MILLIS) == 0) {
        return new byte[0];
      }
      if (channel.read(heard) < 0) {
        throw new IOException("the client has gone");
      }
    } while (heard.position() == 0 || heard.get(heard.position() - 1) != '\n');
    return Arrays.copyOf(heard.array(), heard.position());
  }

  private static void awaitEnd(SocketChannel channel, Selector selector) throws IOException {
    var heard = ByteBuffer.allocate(4096);
    while (channel.read(heard.clear()) >= 0) {
      selector.select(_ -> {});
    }
  }

  @Override
  public void close() throws IOException {
    Thread.setDefaultUncaughtExceptionHandler(null);
    listener.close();
    Files.deleteIfExists(socket);
  }
}
