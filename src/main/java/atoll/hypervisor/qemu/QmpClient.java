package atoll.hypervisor.qemu;

import atoll.model.Causes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A control connection to QEMU: one JSON object a line, commands and their answers matched by id,
 * events in between.
 *
 * <p>May be used from any thread. A reader and a writer thread live as long as the connection, so
 * that an interrupted caller cannot close the socket for all others. Whatever goes wrong with the
 * connection ends it, once, for everybody: end of file, a line that is too long or no JSON, a
 * command that is not answered in time. All that wait, and all who come later, get the exception
 * that was chosen at the start, with what was seen. QEMU itself runs on; a new connection may be
 * opened.
 *
 * <p>Source: QEMU docs/interop/qmp-spec.
 */
final class QmpClient implements AutoCloseable {
  private static final int UNSENT_MAX = 64;

  private final SocketChannel channel;
  private final Path socket;
  private final Duration patience;
  private final QmpConversation conversation;
  private final BlockingQueue<ByteBuffer> unsent = new ArrayBlockingQueue<>(UNSENT_MAX);
  private final Thread writer;

  private QmpClient(
      SocketChannel channel,
      Path socket,
      Duration patience,
      Function<String, IOException> endedBecause) {
    this.channel = channel;
    this.socket = socket;
    this.patience = patience;
    this.conversation = new QmpConversation(endedBecause);
    this.writer = Thread.ofPlatform().daemon().name("qmp writer " + socket).unstarted(this::write);
  }

  /**
   * Connects to the socket QEMU listens on, and waits for its greeting.
   *
   * @param patience how long any command may take
   * @param endedBecause makes the exception for a connection that has ended, of what was seen
   * @throws IOException made by {@code endedBecause} if QEMU does not answer
   */
  static QmpClient connect(
      Path socket, Duration patience, Function<String, IOException> endedBecause)
      throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    var client = new QmpClient(channel, socket, patience, endedBecause);
    client.start(true);
    return client;
  }

  /** As {@link #connect}, where QEMU has connected to us. */
  static QmpClient over(
      SocketChannel channel,
      Path socket,
      Duration patience,
      Function<String, IOException> endedBecause)
      throws IOException {
    var client = new QmpClient(channel, socket, patience, endedBecause);
    client.start(false);
    return client;
  }

  /** A connection that could not be opened: every command says why. */
  static QmpClient unreachable(Path socket, String why, Function<String, IOException> endedBecause)
      throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    var client = new QmpClient(channel, socket, Duration.ZERO, endedBecause);
    client.end(why);
    return client;
  }

  private void start(boolean connect) throws IOException {
    Thread.ofPlatform().daemon().name("qmp reader " + socket).start(() -> read(connect));
    writer.start();
    await(conversation.greeting(), "greeting");
    try {
      execute("qmp_capabilities");
    } catch (IOException e) {
      end(message(e));
      throw e;
    }
  }

  /** Executes a command without arguments, see {@link #execute(String, ObjectNode)}. */
  JsonNode execute(String command) throws IOException {
    return execute(command, Json.object());
  }

  /**
   * Executes a command and returns what it returned.
   *
   * @throws QmpException if QEMU refuses
   * @throws InterruptedIOException if the thread is interrupted; the command may be executed yet
   * @throws IOException if the connection has ended, or ends because there is no answer in time
   */
  JsonNode execute(String command, ObjectNode arguments) throws IOException {
    var answer = new CompletableFuture<JsonNode>();
    long id = conversation.expect(answer);
    try {
      send(id, command, arguments);
      return QmpConversation.result(command, await(answer, command));
    } finally {
      conversation.forget(id);
    }
  }

  private void send(long id, String command, ObjectNode arguments) throws IOException {
    ObjectNode message = Json.object().put("execute", command).put("id", id);
    if (!arguments.isEmpty()) {
      message.set("arguments", arguments);
    }
    byte[] line = (Json.MAPPER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      if (!unsent.offer(ByteBuffer.wrap(line), patience.toMillis(), TimeUnit.MILLISECONDS)) {
        end("did not take commands for " + patience.toSeconds() + " s");
        throw conversation.endedException();
      }
    } catch (InterruptedException e) {
      throw interrupted(command);
    }
  }

  private JsonNode await(CompletableFuture<JsonNode> answer, String what) throws IOException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      end("no answer to " + what + " within " + patience.toMillis() + " ms");
      throw conversation.endedException();
    } catch (ExecutionException e) {
      throw conversation.endedException();
    } catch (InterruptedException e) {
      throw interrupted(what);
    }
  }

  private static IOException interrupted(String command) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while QEMU worked on " + command);
  }

  /** The events that {@code wanted} holds for, from now on; it must be quick. */
  QmpEvents subscribe(Predicate<QmpEvent> wanted) {
    return conversation.subscribe(wanted);
  }

  /** The events of these names, from now on. */
  QmpEvents subscribe(Set<String> names) {
    return subscribe(event -> names.contains(event.name()));
  }

  /** Whether commands can be sent. */
  boolean isOpen() {
    return conversation.isOpen();
  }

  /** Disconnects; QEMU runs on. */
  @Override
  public void close() {
    end("connection was closed");
  }

  private void end(String saw) {
    conversation.end(saw, this::disconnect);
  }

  private void disconnect() {
    writer.interrupt();
    try {
      channel.close();
    } catch (IOException e) {
      // A socket that cannot be closed is no less dead, and why it ended is known already.
    }
  }

  private void write() {
    try {
      while (true) {
        ByteBuffer line = unsent.take();
        while (line.hasRemaining()) {
          channel.write(line);
        }
      }
    } catch (IOException e) {
      end(message(e));
    } catch (InterruptedException e) {
      // end() interrupts this thread, and nobody else knows it.
    }
  }

  private void read(boolean connect) {
    try {
      if (connect) {
        channel.connect(UnixDomainSocketAddress.of(socket));
      }
      conversation.hear(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
      end("QEMU closed " + socket);
    } catch (IOException e) {
      end(message(e));
    } catch (RuntimeException e) {
      end(message(e)); // we were wrong, and nobody must wait for ever for that
      throw e;
    }
  }

  private String message(Exception e) {
    return socket + ": " + Causes.inOneLine(e);
  }
}
