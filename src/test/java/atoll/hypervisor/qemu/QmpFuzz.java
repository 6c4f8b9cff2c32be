package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/** A control connection: an input is all that QEMU says, which is heard at once. */
public final class QmpFuzz implements FuzzTarget {
  private static final int COMMANDS = 3;

  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What comes first, and the answer to the first command. */
  static final String GREETING = FakeQemu.GREETING + "\r\n";

  static final String CAPABLE = "{\"return\": {}, \"id\": 1}\r\n";

  @Override
  public List<byte[]> seeds() {
    String event =
        "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"JOB_STATUS_CHANGE\","
            + " \"data\": {\"status\": \"ready\", \"id\": \"job\"}}\r\n";
    return List.of(
        bytes(GREETING + CAPABLE + event + "{\"return\": [], \"id\": 3}\r\n"),
        bytes(
            GREETING
                + CAPABLE
                + "{\"id\": 2, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n"),
        bytes(
            GREETING + CAPABLE + "{\"return\": {\"running\": true}, \"id\": 2}\n" + event + event));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void feed(byte[] input) throws Exception {
    var conversation = new QmpConversation(IOException::new);
    var answers = new ArrayList<CompletableFuture<JsonNode>>();
    for (int command = 0; command < COMMANDS; command++) {
      var answer = new CompletableFuture<JsonNode>();
      conversation.expect(answer);
      answers.add(answer);
    }
    try (var events = conversation.subscribe(QmpFuzz::isWanted)) {
      allow(() -> conversation.hear(new ByteArrayInputStream(input)));
      conversation.end("the input ended", () -> {});
      demand(conversation.greeting().isDone(), "somebody waits for the greeting");
      for (CompletableFuture<JsonNode> answer : answers) {
        demand(answer.isDone(), "somebody waits for an answer");
        if (!answer.isCompletedExceptionally()) {
          allow(() -> use(answer.join()));
        }
      }
      allow(() -> drain(events));
    }
  }

  private static void use(JsonNode answer) throws IOException {
    JsonNode result = QmpConversation.result("query-status", answer);
    boolean _ = result.path("running").asBoolean(false);
    for (JsonNode job : result.values()) {
      String _ = job.path("id").asString("");
      double _ = job.path("total-progress").asDouble(0);
    }
  }

  private static boolean isWanted(QmpEvent event) {
    return !event.text("device").equals(event.text("status"))
        || event.data().path("guest").asBoolean(false)
        || event.name().isEmpty();
  }

  /** Takes all events, of which the last is the end. */
  private static void drain(QmpEvents events) throws IOException {
    try {
      while (true) {
        QmpEvent _ = events.take();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows this thread", e);
    }
  }
}
