package atoll.hypervisor.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connection to the agent in a guest: one JSON object a line, one command at a time.
 *
 * <p>The guest is nobody's friend: what comes may be late, endless or garbage. For one thread.
 *
 * <p>Source: QEMU docs/interop/qemu-ga-ref, "guest-sync-delimited".
 */
final class GuestAgent implements AutoCloseable {
  /** Stands before the answer to a sync; never part of JSON. */
  private static final int DELIMITER = 0xff;

  /** More than this before the end of an answer is no answer. */
  private static final int ANSWER_BYTES_MAX = 1 << 16;

  private final AgentWire wire;
  private final ByteBuffer received = ByteBuffer.allocate(4096).flip();

  /** Speaks to the agent at the other end of {@code wire}, which is closed with it. */
  GuestAgent(AgentWire wire) {
    this.wire = wire;
  }

  /** Connects to the agent's socket; whether an agent is there shows when it is asked. */
  static GuestAgent connect(Path socket) throws IOException {
    return new GuestAgent(AgentSocket.connect(socket));
  }

  /**
   * Finds out whether an agent is there, and drops what it had to say to somebody before.
   *
   * <p>The byte 0xFF makes the agent forget half a command that it may have. It also complains
   * about that byte, before it answers; and the answer comes after a byte 0xFF of its own.
   */
  void synchronise(Duration patience) throws IOException {
    long deadline = deadline(patience);
    long id = ThreadLocalRandom.current().nextLong(1, 1L << 31);
    ObjectNode sync = command("guest-sync-delimited");
    sync.putObject("arguments").put("id", id);
    write(DELIMITER, sync, deadline);
    do {
      while (read(deadline) != DELIMITER) {
        // An answer that nobody waits for any more, or the complaint.
      }
    } while (returned("guest-sync-delimited", readLine(deadline)).asLong(0) != id);
  }

  /** Freezes all file systems; how many there are. */
  int freeze(Duration patience) throws IOException {
    return count("guest-fsfreeze-freeze", patience);
  }

  /** Thaws all file systems; how many were frozen. */
  int thaw(Duration patience) throws IOException {
    return count("guest-fsfreeze-thaw", patience);
  }

  private int count(String name, Duration patience) throws IOException {
    long deadline = deadline(patience);
    write('\n', command(name), deadline);
    JsonNode count = returned(name, readLine(deadline));
    if (!count.isInt() || count.intValue() < 0) {
      throw new IOException("guest agent: " + name + " returned " + start(count.toString()));
    }
    return count.intValue();
  }

  private static ObjectNode command(String name) {
    return Json.object().put("execute", name);
  }

  private static JsonNode returned(String command, String line) throws IOException {
    try {
      JsonNode answer = Json.MAPPER.readTree(line);
      if (answer != null && answer.has("return")) {
        return answer.path("return");
      }
      if (answer != null && answer.has("error")) {
        String description = answer.path("error").path("desc").asString("");
        throw new IOException("guest agent: " + command + ": " + start(description));
      }
    } catch (JacksonException e) {
      throw new IOException("guest agent: " + command + " was answered by no JSON", e);
    }
    throw new IOException("guest agent: " + command + " was answered by " + start(line));
  }

  private static String start(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  private void write(int first, ObjectNode command, long deadline) throws IOException {
    byte[] text = command.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer line = ByteBuffer.allocate(text.length + 2);
    line.put((byte) first).put(text).put((byte) '\n').flip();
    wire.write(line, deadline);
  }

  private String readLine(long deadline) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = read(deadline); next != '\n'; next = read(deadline)) {
      if (line.size() == ANSWER_BYTES_MAX) {
        throw new IOException("guest agent: an answer of more than " + ANSWER_BYTES_MAX + " bytes");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private int read(long deadline) throws IOException {
    while (!received.hasRemaining()) {
      int count = wire.read(received.clear(), deadline);
      received.flip();
      if (count < 0) {
        throw new IOException("guest agent: QEMU closed the connection");
      }
    }
    return received.get() & 0xff;
  }

  private static long deadline(Duration patience) {
    return System.nanoTime() + patience.toNanos();
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
