package atoll.hypervisor.qemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What QEMU says on one control connection, and all that wait for it. Knows nothing of sockets and
 * has no thread: {@link QmpClient} has them.
 *
 * <p>May be used from any thread; one of them hears.
 *
 * <p>Source: QEMU docs/interop/qmp-spec.
 */
final class QmpConversation {
  /** An answer that describes many block nodes is long; nothing QEMU says is longer than this. */
  static final int LINE_BYTES_MAX = 16 << 20;

  private final Function<String, IOException> endedBecause;
  private final List<QmpEvents> subscriptions = new CopyOnWriteArrayList<>();
  private final CompletableFuture<JsonNode> greeting = new CompletableFuture<>();

  /** Guards the three below. */
  private final Object lock = new Object();

  private final Map<Long, CompletableFuture<JsonNode>> unanswered = new HashMap<>();
  private long lastId;
  private @Nullable String ended;

  /** One that has not begun; {@code endedBecause} makes the exceptions once it has ended. */
  QmpConversation(Function<String, IOException> endedBecause) {
    this.endedBecause = endedBecause;
  }

  /** The first that QEMU says. */
  CompletableFuture<JsonNode> greeting() {
    return greeting;
  }

  /**
   * A new id under which {@code answer} will come.
   *
   * @throws IOException if the conversation has ended
   */
  long expect(CompletableFuture<JsonNode> answer) throws IOException {
    synchronized (lock) {
      if (ended != null) {
        throw endedException();
      }
      unanswered.put(++lastId, answer);
      return lastId;
    }
  }

  /** Nobody waits for the answer of this id any more. */
  void forget(long id) {
    synchronized (lock) {
      unanswered.remove(id);
    }
  }

  /**
   * What the answer to a command returns.
   *
   * @throws QmpException if QEMU refuses
   */
  static JsonNode result(String command, JsonNode answer) throws QmpException {
    JsonNode error = answer.path("error");
    if (error.isObject()) {
      throw new QmpException(
          command, error.path("class").asString(""), error.path("desc").asString(""));
    }
    return answer.path("return");
  }

  /** The events that {@code wanted} holds for, from now on; it must be quick. */
  QmpEvents subscribe(Predicate<QmpEvent> wanted) {
    var events = new QmpEvents(this, wanted);
    synchronized (lock) {
      if (ended == null) {
        subscriptions.add(events);
        return events;
      }
    }
    events.end();
    return events;
  }

  void unsubscribe(QmpEvents events) {
    subscriptions.remove(events);
  }

  /** Whether it has not ended. */
  boolean isOpen() {
    synchronized (lock) {
      return ended == null;
    }
  }

  IOException endedException() {
    synchronized (lock) {
      return endedBecause.apply(ended == null ? "connection is open" : ended);
    }
  }

  /**
   * Ends it, once: all that wait, and all who come later, hear of it.
   *
   * @param saw what it ended because of
   * @param disconnect what is done before anybody hears of it
   */
  void end(String saw, Runnable disconnect) {
    List<CompletableFuture<JsonNode>> left;
    synchronized (lock) {
      if (ended != null) {
        return;
      }
      ended = saw;
      left = new ArrayList<>(unanswered.values());
    }
    disconnect.run();
    var exception = new IOException(saw);
    greeting.completeExceptionally(exception);
    left.forEach(answer -> answer.completeExceptionally(exception));
    subscriptions.forEach(QmpEvents::end);
  }

  /**
   * Hears all that QEMU says until it says no more.
   *
   * @throws IOException if that is no QMP, or more than anybody listens to
   */
  void hear(InputStream in) throws IOException {
    for (String line = readLine(in); line != null; line = readLine(in)) {
      dispatch(line);
    }
  }

  /** Null at the end; what stands after the last line feed is no line. */
  private static @Nullable String readLine(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream(256);
    for (int next = in.read(); next != -1; next = in.read()) {
      if (next == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (line.size() == LINE_BYTES_MAX) {
        throw new IOException("a line of more than " + LINE_BYTES_MAX + " bytes");
      }
      line.write(next);
    }
    return null;
  }

  private void dispatch(String line) throws IOException {
    JsonNode message = parse(line);
    if (message.has("event")) {
      publish(new QmpEvent(message.path("event").asString(""), message.path("data")));
    } else if (message.has("id")) {
      answer(message.path("id").asLong(0), message);
    } else if (message.has("QMP")) {
      greeting.complete(message);
    } else {
      throw new IOException("neither answer nor event: " + start(line));
    }
  }

  private static JsonNode parse(String line) throws IOException {
    try {
      JsonNode message = Json.MAPPER.readTree(line);
      if (message != null && message.isObject()) {
        return message;
      }
    } catch (JacksonException e) {
      throw new IOException("no JSON: " + start(line), e);
    }
    throw new IOException("no JSON object: " + start(line));
  }

  private static String start(String line) {
    return line.length() <= 100 ? line : line.substring(0, 100) + "...";
  }

  private void answer(long id, JsonNode message) {
    CompletableFuture<JsonNode> answer;
    synchronized (lock) {
      answer = unanswered.get(id);
    }
    if (answer != null) { // else its caller was interrupted
      answer.complete(message);
    }
  }

  private void publish(QmpEvent event) throws IOException {
    for (QmpEvents subscription : subscriptions) {
      if (!subscription.offer(event)) {
        throw new IOException(
            "more than " + QmpEvents.UNTAKEN_MAX + " events that nobody takes, " + event.name());
      }
    }
  }
}
