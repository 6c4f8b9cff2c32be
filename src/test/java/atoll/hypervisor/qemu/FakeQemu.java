package atoll.hypervisor.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * The other end of one connection to QEMU, or to a guest's agent, played by a script on a thread of
 * its own.
 */
final class FakeQemu implements AutoCloseable {
  static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}";

  /** What this QEMU says when. */
  interface Script {
    void play(Peer client) throws IOException;
  }

  private final ServerSocketChannel listener;

  private FakeQemu(ServerSocketChannel listener) {
    this.listener = listener;
  }

  /** Greets, takes the capabilities, and then follows {@code script}. */
  static FakeQemu polite(Path socket, Script script) throws IOException {
    return rude(
        socket,
        client -> {
          client.say(GREETING);
          client.answer(client.hear(), "{}");
          script.play(client);
        });
  }

  /** What a killed QEMU leaves at {@code socket}. */
  static void killed(Path socket) throws IOException {
    Files.deleteIfExists(socket);
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
    }
  }

  /** Follows {@code script} from the first byte on, for one connection after the other. */
  static FakeQemu rude(Path socket, Script script) throws IOException {
    var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual()
        .start(() -> {
          while (listener.isOpen()) {
            try (SocketChannel channel = listener.accept()) {
              script.play(new Peer(channel));
            } catch (IOException e) {
              // The client has gone, or the test is over.
            }
          }
        });
    return new FakeQemu(listener);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  /** The client, as the script sees it. */
  static final class Peer {
    private final SocketChannel channel;
    private final BufferedReader lines;

    private Peer(SocketChannel channel) {
      this.channel = channel;
      this.lines =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /** The client's next command. */
    JsonNode hear() throws IOException {
      String line = lines.readLine();
      if (line == null) {
        throw new IOException("the client has gone");
      }
      // The byte 0xFF, which no text has, is what a guest agent is woken with.
      String command = line.replace("\uFFFD", "");
      return command.isEmpty() ? hear() : Json.MAPPER.readTree(command);
    }

    void say(String line) throws IOException {
      sayBytes(line + "\r\n");
    }

    void sayBytes(String text) throws IOException {
      sayBytes(StandardCharsets.UTF_8.encode(text));
    }

    void sayBytes(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    void answer(JsonNode command, String result) throws IOException {
      say("{\"return\": %s, \"id\": %s}".formatted(result, command.path("id")));
    }

    void refuse(JsonNode command, String errorClass, String description) throws IOException {
      say(
          "{\"id\": %s, \"error\": {\"class\": \"%s\", \"desc\": \"%s\"}}"
              .formatted(command.path("id"), errorClass, description));
    }

    void event(String name, String data) throws IOException {
      say("{\"timestamp\": {}, \"event\": \"%s\", \"data\": %s}".formatted(name, data));
    }
  }
}
