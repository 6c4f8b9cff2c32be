package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.ObjectTooLongException;
import atoll.objectstore.Traffic;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that are ill, slow, or not what they seem; each answer is said beforehand. */
class SickServerTest {
  private static final byte[] HALF = new byte[50];

  /** How one request is answered. */
  private interface Answer {
    void send(HttpExchange exchange) throws IOException;
  }

  private final Queue<Answer> answers = new ArrayDeque<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  private int asked;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    Answer next;
    synchronized (answers) {
      asked++;
      next = answers.poll();
    }
    try (exchange) {
      if (next == null) {
        status(599).send(exchange);
      } else {
        next.send(exchange);
      }
    }
  }

  private static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private static Answer body(int status, byte[] body, String... headers) {
    return exchange -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  /** Promises a hundred bytes and sends half. */
  private static Answer brokenOff(int status) {
    return exchange -> {
      exchange.getResponseHeaders().add("Content-Range", "bytes 0-99/100");
      exchange.sendResponseHeaders(status, 2L * HALF.length);
      exchange.getResponseBody().write(HALF);
      exchange.getResponseBody().flush();
    };
  }

  private Answer silence() {
    return _ -> {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Opens a store whose first look is answered well, and says how the next requests are. */
  private ObjectStore store(StoreUrl.Kind kind, Answer... then) throws IOException {
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    answers.add(
        switch (kind) {
          case SWIFT -> status(204);
          case S3 -> body(200, "<ListBucketResult/>".getBytes(StandardCharsets.UTF_8));
        });
    answers.addAll(Arrays.asList(then));
    var environment =
        Map.of(
            "OS_STORAGE_URL", address + "/v1/AUTH_a",
            "OS_AUTH_TOKEN", "token",
            "AWS_ACCESS_KEY_ID", "id",
            "AWS_SECRET_ACCESS_KEY", "secret");
    String url =
        switch (kind) {
          case SWIFT -> "swift://c/p?timeout=1";
          case S3 -> "s3://c/p?timeout=1&endpoint=" + address;
        };
    return new ObjectStores(environment, Traffic.UNLIMITED).open(StoreUrl.parse(url));
  }

  private static final byte[] HUNDRED = new byte[100];

  @ParameterizedTest
  @EnumSource
  void whatIsIllForTheMomentIsAskedAgain(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store =
        store(kind, status(503), status(500), status(429), body(200, HUNDRED))) {
      assertThat(store.get("a", 100).remaining()).isEqualTo(100);
      assertThat(asked).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersThatBreakOffAreAskedForAgain(StoreUrl.Kind kind) throws IOException {
    Answer range = body(206, HUNDRED, "Content-Range", "bytes 0-99/100");
    try (ObjectStore store =
        store(kind, brokenOff(200), body(200, HUNDRED), brokenOff(206), range)) {
      assertThat(store.get("a", 100).remaining()).isEqualTo(100);
      var destination = ByteBuffer.allocate(110).position(10);
      store.get("a", 0, destination);
      assertThat(destination.hasRemaining()).isFalse();
      assertThat(asked).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @EnumSource
  void silenceEndsWithTheTimeout(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store = store(kind, silence(), body(200, HUNDRED))) {
      assertThat(store.get("a", 100).remaining()).isEqualTo(100);
      assertThat(asked).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void putsThatAreNotAnsweredAreSentAgain(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store = store(kind, silence(), status(503), status(201))) {
      var content = ByteBuffer.allocate(1000);
      store.put("a", content);
      assertThat(content.hasRemaining()).isFalse();
      assertThat(asked).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void moreThanWasAskedForIsNotTakenIn(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store =
        store(kind, body(200, HUNDRED), body(200, HUNDRED), status(204), status(204))) {
      assertThatThrownBy(() -> store.get("a", 99)).isInstanceOf(ObjectTooLongException.class);
      assertThatThrownBy(() -> store.get("a", 0, ByteBuffer.allocate(10)))
          .hasMessageContaining("does not know ranges");
    }
  }

  @ParameterizedTest
  @EnumSource
  void listingsThatMakeNoSenseAreRefused(StoreUrl.Kind kind) throws IOException {
    byte[] nonsense = "<html>{[".getBytes(StandardCharsets.UTF_8);
    try (ObjectStore store = store(kind, body(200, nonsense))) {
      assertThatThrownBy(() -> store.list("", (_, _) -> {})).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusalsAreNotTriedAgain(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store = store(kind, status(403), status(507), status(400))) {
      assertThatThrownBy(() -> store.put("a", ByteBuffer.allocate(1)))
          .hasMessageContaining("may not do that");
      assertThatThrownBy(() -> store.put("a", ByteBuffer.allocate(1)))
          .hasMessageContaining("the store is full");
      assertThatThrownBy(() -> store.put("a", ByteBuffer.allocate(1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("400");
      assertThat(asked).isEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotThereIsNotTriedAgain(StoreUrl.Kind kind) throws IOException {
    byte[] noKey = "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8);
    try (ObjectStore store =
        store(kind, body(404, noKey, "Content-Type", "application/xml"), status(204))) {
      assertThatThrownBy(() -> store.get("a", 10)).isInstanceOf(NoSuchObjectException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRefusedForItsConditionIsNotPutConditionally(StoreUrl.Kind kind) throws IOException {
    for (int refusal : new int[] {400, 501}) {
      asked = 0;
      answers.clear();
      try (ObjectStore store = store(kind, status(refusal), status(200))) {
        assertThat(store.conditionalPut()).isEmpty();
        assertThat(store.conditionalPut()).isEmpty();
        assertThat(asked).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void conditionsThatAreHeededOnlyWhereNothingIsPutAreNone(StoreUrl.Kind kind) throws IOException {
    try (ObjectStore store = store(kind, status(200), status(501))) {
      assertThat(store.conditionalPut()).isEmpty();
    }
    try (ObjectStore store = store(kind, status(412), status(412))) {
      assertThat(store.conditionalPut()).isPresent();
    }
  }

  @Test
  void conditionalPutThatTookTooLongIsTriedAgain() throws IOException {
    byte[] late = "<Error><Code>RequestTimeout</Code></Error>".getBytes(StandardCharsets.UTF_8);
    Answer timeOut = body(400, late, "Content-Type", "application/xml");
    try (ObjectStore store = store(StoreUrl.Kind.S3, timeOut, status(200), timeOut, status(412))) {
      assertThat(store.conditionalPut()).isPresent();
      assertThat(asked).isEqualTo(5);
    }
  }
}
