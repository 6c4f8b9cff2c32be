package atoll.hypervisor.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a socket, which says what an input says: bytes up to {@link #PART_END}, then the
 * next part for each line it hears. Once it hears nothing for a while, or as many lines as it was
 * told, it says all that is left and no more, so that nobody waits for long. {@link #ID} stands for
 * the id it heard last.
 */
final class FuzzPeer implements AutoCloseable {
  static final byte PART_END = 0x1e;
  static final byte ID = 0x1a;

  private static final Pattern HEARD_ID = Pattern.compile("\"id\" ?: ?([0-9]+)");
  private static final long PAUSE_MILLIS = 2;
  private static final long THREADS_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path socket;
  private final int linesMax;
  private final ServerSocketChannel listener;
  private final AtomicReference<@Nullable Throwable> uncaught = new AtomicReference<>();
  private volatile byte[] script = new byte[0];

  /** Listens on {@code socket}; waits for at most {@code linesMax} lines of a client. */
  FuzzPeer(Path socket, int linesMax) throws IOException {
    this.socket = socket;
    this.linesMax = linesMax;
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
        say(channel, selector, script);
      } catch (IOException e) {
        // The client has gone, or the run is over.
      }
    }
  }

  private void say(SocketChannel channel, Selector selector, byte[] all) throws IOException {
    String id = "0";
    int lines = 0;
    int from = 0;
    while (from <= all.length) {
      int end = from;
      while (end < all.length && all[end] != PART_END) {
        end++;
      }
      send(channel, part(all, from, end, id));
      from = end + 1;
      if (from <= all.length && lines < linesMax) {
        String line = hear(channel, selector);
        lines = line.isEmpty() ? linesMax : lines + 1;
        Matcher heard = HEARD_ID.matcher(line);
        id = heard.find() ? heard.group(1) : id;
      }
    }
    channel.shutdownOutput();
    awaitEnd(channel, selector);
  }

  private static ByteBuffer part(byte[] all, int from, int end, String id) {
    var part = new ByteArrayOutputStream(end - from + 16);
    for (int at = from; at < end; at++) {
      if (all[at] == ID) {
        part.writeBytes(id.getBytes(StandardCharsets.US_ASCII));
      } else {
        part.write(all[at]);
      }
    }
    return ByteBuffer.wrap(part.toByteArray());
  }

  private static void send(SocketChannel channel, ByteBuffer part) throws IOException {
    while (part.hasRemaining()) {
      if (channel.write(part) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** A line; an empty one if there is none for a while. */
  private static String hear(SocketChannel channel, Selector selector) throws IOException {
    var heard = ByteBuffer.allocate(4096);
    do {
      if (selector.select(_ -> {}, PAUSE_MILLIS) == 0) {
        return "";
      }
      if (channel.read(heard) < 0) {
        throw new IOException("the client has gone");
      }
    } while (heard.position() == 0 || heard.get(heard.position() - 1) != '\n');
    return StandardCharsets.ISO_8859_1.decode(heard.flip()).toString();
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
