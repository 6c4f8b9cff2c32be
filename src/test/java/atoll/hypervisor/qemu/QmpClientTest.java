package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class QmpClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path folder;
  private Path socket;

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("qmp");
  }

  private QmpClient connect(Duration patience) throws IOException {
    return QmpClient.connect(socket, patience, saw -> new IOException("gone: " + saw));
  }

  @Test
  void returnsWhatTheCommandReturned() throws IOException {
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  var command = client.hear();
                  assertThat(command.path("execute").asString()).isEqualTo("blockdev-del");
                  client.answer(command, command.path("arguments").toString());
                });
        var qmp = connect(PATIENCE)) {
      var answer = qmp.execute("blockdev-del", Json.object().put("node-name", "layer-1"));
      assertThat(answer.path("node-name").asString()).isEqualTo("layer-1");
    }
  }

  @Test
  void refusalNamesTheCommandAndWhatQemuSaid() throws IOException {
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  client.refuse(client.hear(), "DeviceNotFound", "Device 'x' not found");
                  client.answer(client.hear(), "{}");
                });
        var qmp = connect(PATIENCE)) {
      assertThatThrownBy(() -> qmp.execute("device_del"))
          .isInstanceOfSatisfying(QmpException.class, e -> assertThat(e.isNotFound()).isTrue())
          .hasMessage("device_del: Device 'x' not found");
      qmp.execute("query-status"); // the connection is as good as before
    }
  }

  @Test
  void matchesAnswersToCommandsWhateverTheirOrder() throws Exception {
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  var one = client.hear();
                  var other = client.hear();
                  client.answer(other, other.path("execute").toString());
                  client.answer(one, one.path("execute").toString());
                });
        var qmp = connect(PATIENCE);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<String>>();
      for (String command : new String[] {"query-status", "query-jobs"}) {
        answers.add(threads.submit(() -> qmp.execute(command).asString()));
      }
      assertThat(answers.get(0).get()).isEqualTo("query-status");
      assertThat(answers.get(1).get()).isEqualTo("query-jobs");
    }
  }

  @Test
  void deliversEventsInOrderThoughAnswersComeBetween() throws Exception {
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  var command = client.hear();
                  client.event("STOP", "{}");
                  client.event("RESUME", "{}");
                  client.answer(command, "{}");
                  client.event("BLOCK_IO_ERROR", "{\"node-name\": \"layer-1\"}");
                  client.event("STOP", "{}");
                  client.hear();
                });
        var qmp = connect(PATIENCE);
        var events = qmp.subscribe(Set.of("STOP", "BLOCK_IO_ERROR"))) {
      qmp.execute("stop");
      assertThat(events.take().name()).isEqualTo("STOP");
      assertThat(events.take().text("node-name")).isEqualTo("layer-1");
      assertThat(events.poll(PATIENCE)).hasValueSatisfying(e -> assertThat(e.text("x")).isEmpty());
      assertThat(events.poll(Duration.ofMillis(20))).isEmpty();
    }
  }

  @Test
  void closeInTheMiddleOfAnAnswerFailsAllThatWait() throws Exception {
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  client.hear();
                  client.hear();
                  client.sayBytes("{\"return\": {\"sta");
                });
        var qmp = connect(PATIENCE);
        var events = qmp.subscribe(Set.of("STOP"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> one = threads.submit(() -> qmp.execute("query-status"));
      Future<?> other = threads.submit(() -> qmp.execute("query-jobs"));
      Future<?> listener = threads.submit(events::take);
      for (Future<?> waiting : new Future<?>[] {one, other, listener}) {
        assertThatThrownBy(waiting::get).rootCause().hasMessage("gone: QEMU closed " + socket);
      }
      assertThatThrownBy(() -> qmp.execute("query-status")).hasMessageContaining("QEMU closed");
      assertThatThrownBy(() -> qmp.subscribe(Set.of("STOP")).take())
          .hasMessageContaining("QEMU closed");
      assertThat(qmp.isOpen()).isFalse();
    }
  }

  @Test
  void commandThatIsNotAnsweredInTimeEndsTheConnection() throws Exception {
    var done = new CountDownLatch(1);
    try (var _ =
        FakeQemu.polite(
            socket,
            client -> {
              client.hear();
              await(done);
            })) {
      var qmp = connect(SHORT);
      assertThatThrownBy(() -> qmp.execute("block_resize"))
          .hasMessage("gone: no answer to block_resize within 200 ms");
      assertThat(qmp.isOpen()).isFalse();
    } finally {
      done.countDown();
    }
  }

  @Test
  void interruptedCallerLeavesTheConnectionToOthers() throws Exception {
    var sent = new CountDownLatch(1);
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  var late = client.hear();
                  sent.countDown();
                  var next = client.hear();
                  client.answer(late, "{}");
                  client.answer(next, "7");
                });
        var qmp = connect(PATIENCE);
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      Future<?> interrupted =
          threads.submit(() ->
              assertThatThrownBy(() -> qmp.execute("transaction"))
                  .isInstanceOf(InterruptedIOException.class));
      sent.await();
      interrupted.cancel(true);
      assertThat(qmp.execute("query-status").asInt()).isEqualTo(7);
    }
  }

  @Test
  void garbageEndsTheConnection() throws IOException {
    assertThat(endOf("VNC 003.008")).hasMessageContaining("no JSON: VNC 003.008");
    assertThat(endOf("[1, 2]")).hasMessageContaining("no JSON object: [1, 2]");
    assertThat(endOf("{}")).hasMessageContaining("neither answer nor event: {}");
    assertThat(endOf("{\"error\": {\"class\": \"GenericError\", \"desc\": \"Invalid JSON\"}}"))
        .hasMessageContaining("neither answer nor event");
    assertThat(endOf("[".repeat(100_000))).hasMessageContaining("no JSON");
    assertThat(endOf("{\"id\": {}, \"return\": 1}\n{\"id\": 1e400, \"return\": 1}\nx"))
        .hasMessageContaining("no JSON: x");
  }

  @Test
  void lineWithoutEndEndsTheConnection() throws IOException {
    assertThat(endOf("x".repeat(QmpConversation.LINE_BYTES_MAX + 1)))
        .hasMessageContaining("a line of more than 16777216 bytes");
  }

  @Test
  void answerOfMillionsOfEmptyObjectsEndsTheConnection() throws IOException {
    assertThat(endOf("{\"return\": [" + "{},".repeat(Json.TOKENS_MAX) + "{}], \"id\": 2}"))
        .hasMessageContaining("no JSON");
  }

  @Test
  void floodOfEventsThatNobodyTakesEndsTheConnection() throws IOException {
    String flood = "{\"event\": \"STOP\"}\n".repeat(QmpEvents.UNTAKEN_MAX + 1);
    assertThat(endOf(flood)).hasMessageContaining("more than 10000 events that nobody takes, STOP");
  }

  /** How a command fails that is answered by {@code line}. */
  private Throwable endOf(String line) throws IOException {
    Files.deleteIfExists(socket);
    try (var _ =
            FakeQemu.polite(
                socket,
                client -> {
                  client.hear();
                  client.say(line);
                  client.hear();
                });
        var qmp = connect(PATIENCE);
        var _ = qmp.subscribe(Set.of("STOP"))) {
      return catchThrowable(() -> qmp.execute("query-status"));
    }
  }

  @Test
  void connectingTellsWhatIsWrong() throws Exception {
    assertThatThrownBy(() -> connect(PATIENCE))
        .hasMessage("gone: " + socket + ": No such file or directory");

    FakeQemu.killed(socket);
    assertThatThrownBy(() -> connect(PATIENCE))
        .hasMessage("gone: " + socket + ": Connection refused");

    Files.delete(socket);
    var done = new CountDownLatch(1);
    try (var _ = FakeQemu.rude(socket, client -> await(done))) {
      assertThatThrownBy(() -> connect(SHORT))
          .hasMessage("gone: no answer to greeting within 200 ms");
    } finally {
      done.countDown();
    }
  }

  @Test
  void unwillingQemuIsNotConnectedTo() throws IOException {
    try (var _ =
        FakeQemu.rude(
            socket,
            client -> {
              client.say(FakeQemu.GREETING);
              client.refuse(client.hear(), "GenericError", "no capabilities today");
              client.hear();
            })) {
      assertThatThrownBy(() -> connect(PATIENCE)).hasMessageContaining("no capabilities today");
    }
  }

  @Test
  void afterCloseEveryCommandFails() throws IOException {
    try (var _ = FakeQemu.polite(socket, FakeQemu.Peer::hear)) {
      var qmp = connect(PATIENCE);
      qmp.close();
      assertThatThrownBy(() -> qmp.execute("quit")).hasMessage("gone: connection was closed");
    }
  }

  private static void await(CountDownLatch done) throws IOException {
    try {
      done.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
