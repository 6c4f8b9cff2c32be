package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.RealServer;
import atoll.objectstore.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A container of a real Swift. */
class SwiftIT extends RemoteStoreContract {
  @RegisterExtension static final RealServer SWIFT = new RealServer(RealServer.SWIFT);

  @Override
  protected String url(String container, String prefix) {
    return "swift://%s/%s?listing-delay=1".formatted(container, prefix);
  }

  @Override
  protected Map<String, String> environment() {
    return Map.of(
        "ST_AUTH", SWIFT.get("SWIFT_AUTH_URL"),
        "ST_USER", SWIFT.get("SWIFT_USER"),
        "ST_KEY", SWIFT.get("SWIFT_KEY"));
  }

  @Override
  protected Map<String, String> wrongCredentials() {
    return Map.of(
        "ST_AUTH", SWIFT.get("SWIFT_AUTH_URL"),
        "ST_USER", SWIFT.get("SWIFT_USER"),
        "ST_KEY", "wrong");
  }

  @Override
  protected Map<String, String> nobodyThere() {
    return Map.of("ST_AUTH", "http://127.0.0.1:9/auth/v1.0", "ST_USER", "a:b", "ST_KEY", "c");
  }

  @Test
  void listingsLagAsLongAsTheUrlSays() throws IOException {
    try (ObjectStore store = open(url("contract", "delay"))) {
      assertThat(store.listingDelay()).isEqualTo(Duration.ofSeconds(1));
    }
    try (ObjectStore store = open("swift://contract/delay")) {
      assertThat(store.listingDelay()).isEqualTo(Duration.ofMinutes(10));
    }
  }

  @Test
  void fullContainerIsSaidToBeFull() throws Exception {
    String container = "small-" + UUID.randomUUID();
    stores().create(StoreUrl.parse(url(container, "")));
    quota(container, 1000);
    try (ObjectStore store = open(url(container, ""))) {
      assertThatThrownBy(() -> store.put("a/b", ByteBuffer.allocate(2000)))
          .hasMessageContaining("a/b")
          .hasMessageContaining("the store is full");
    }
  }

  @Test
  void tokenThatRanOutIsRenewed() throws Exception {
    try (ObjectStore store = open(url("contract", "token"))) {
      store.put("a", ByteBuffer.wrap(new byte[] {1}));
      forgetTokens();
      assertThat(store.get("a", 1).get()).isEqualTo((byte) 1);
    }
  }

  @Test
  void tokenGivenInTheEnvironmentIsUsed() throws Exception {
    var given = Map.of("OS_STORAGE_URL", SWIFT.get("SWIFT_STORAGE_URL"), "OS_AUTH_TOKEN", token());
    var stores = new ObjectStores(given, Traffic.UNLIMITED);
    try (ObjectStore store = stores.open(StoreUrl.parse(url("contract", "given")))) {
      store.put("a", ByteBuffer.allocate(3));
      assertThat(store.exists("a")).isTrue();
    }
  }

  private void quota(String container, long bytes) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(SWIFT.get("SWIFT_STORAGE_URL") + "/" + container))
            .header("X-Auth-Token", token())
            .header("X-Container-Meta-Quota-Bytes", Long.toString(bytes))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try (var http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    }
  }

  private static String token() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(SWIFT.get("SWIFT_AUTH_URL")))
            .header("X-Auth-User", SWIFT.get("SWIFT_USER"))
            .header("X-Auth-Key", SWIFT.get("SWIFT_KEY"))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.ofString())
          .headers()
          .firstValue("X-Auth-Token")
          .orElseThrow();
    }
  }

  @Override
  protected void removeContainer(String container) throws IOException {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(SWIFT.get("SWIFT_STORAGE_URL") + "/" + container))
              .header("X-Auth-Token", token())
              .DELETE()
              .build();
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Swift's tempauth keeps its tokens in memcached only. */
  private static void forgetTokens() throws IOException {
    int port = URI.create(SWIFT.get("S3_ENDPOINT")).getPort() + 4;
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("flush_all\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('O');
    }
  }
}
