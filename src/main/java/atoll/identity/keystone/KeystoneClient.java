package atoll.identity.keystone;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The two calls of Keystone that are needed, each within its time. May be used from any thread.
 *
 * <p>Source: Identity API v3, "Password authentication with scoped authorization", "Validate and
 * show information for token".
 */
final class KeystoneClient implements AutoCloseable {
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final String TOKENS = "/v3/auth/tokens?nocatalog";
  private static final String SUBJECT = "X-Subject-Token";

  private final KeystoneSettings settings;
  private final Duration patience;
  private final URI tokens;
  private final ExecutorService threads;
  private final HttpClient http;

  private KeystoneClient(
      KeystoneSettings settings, Duration patience, ExecutorService threads, HttpClient http) {
    this.settings = settings;
    this.patience = patience;
    this.tokens = URI.create(settings.url() + TOKENS);
    this.threads = threads;
    this.http = http;
  }

  /**
   * Connects when it is first needed.
   *
   * @param trusted who may vouch for it; null for whomever Java trusts
   * @param patience so long a call may take, with the connection that it needs
   */
  static KeystoneClient open(
      KeystoneSettings settings, @Nullable SSLContext trusted, Duration patience) {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER) // tokens are for the host that was named
            .connectTimeout(CONNECT_PATIENCE)
            .executor(threads);
    if (trusted != null) {
      http.sslContext(trusted);
    }
    return new KeystoneClient(settings, patience, threads, http.build());
  }

  /** A new token for this service itself. */
  TokenAnswer.Own login() throws KeystoneException, InterruptedException {
    String what = "log in at " + settings.url() + " as " + settings.account();
    byte[] body = JsonMapper.shared().writeValueAsBytes(Map.of("auth", settings.account().auth()));
    HttpResponse<byte[]> answer =
        send(
            what,
            HttpRequest.newBuilder(tokens)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    int status = answer.statusCode();
    if (status == 401 || status == 403) {
      throw new KeystoneException(
          Trouble.REFUSES,
          what + ": answered with " + status + "; look at OS_USERNAME, OS_PASSWORD and so on",
          null);
    }
    String token = answer.headers().firstValue(SUBJECT).orElse("");
    if (status != 201 || token.isEmpty()) {
      throw bad(what, answer, null);
    }
    try {
      return new TokenAnswer.Own(token, TokenAnswer.expiresAt(read(answer)));
    } catch (IllegalArgumentException e) {
      throw bad(what, answer, e);
    }
  }

  /**
   * What Keystone says of a token.
   *
   * @param own this service's own
   */
  Verdict judge(String own, String token) throws KeystoneException, InterruptedException {
    String what = "ask " + settings.url() + " about a token";
    HttpResponse<byte[]> answer =
        send(
            what,
            HttpRequest.newBuilder(tokens)
                .header("X-Auth-Token", own)
                .header(SUBJECT, token)
                .GET()
                .build());
    try {
      return switch (answer.statusCode()) {
        case 200 -> new Verdict.Good(TokenAnswer.caller(read(answer)));
        case 401 -> new Verdict.OwnIsVoid();
        case 403 ->
            throw new KeystoneException(
                Trouble.REFUSES,
                what + ": " + settings.account() + " may not; give it the role service or admin",
                null);
        case 404 -> requireSaidByKeystone(what, answer);
        // what is in front of Keystone, or itself, does not like how the token looks
        case 400, 413, 414, 431 -> new Verdict.NoToken();
        default -> throw bad(what, answer, null);
      };
    } catch (IllegalArgumentException e) {
      throw bad(what, answer, e);
    }
  }

  /** A proxy that has lost Keystone may say 404, too. */
  private static Verdict requireSaidByKeystone(String what, HttpResponse<byte[]> answer)
      throws KeystoneException {
    if (read(answer).at("/error/code").asInt(0) != 404) {
      throw bad(what, answer, null);
    }
    return new Verdict.NoToken();
  }

  /** The body; one that is no JSON has nothing in it. */
  private static JsonNode read(HttpResponse<byte[]> answer) {
    try {
      return JsonMapper.shared().readTree(answer.body());
    } catch (JacksonException e) {
      throw new IllegalArgumentException("what is no JSON", e);
    }
  }

  private static KeystoneException bad(
      String what, HttpResponse<byte[]> answer, @Nullable Exception cause) {
    return new KeystoneException(
        Trouble.BAD_ANSWER,
        "%s: answered with %d and %s"
            .formatted(what, answer.statusCode(), cause == null ? "nothing of use" : "nonsense"),
        cause);
  }

  private HttpResponse<byte[]> send(String what, HttpRequest request)
      throws KeystoneException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new KeystoneException(
          Trouble.NO_ANSWER, what + ": nothing came for " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new KeystoneException(Trouble.NO_ANSWER, what, e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true); // nothing, if it is done
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    threads.shutdownNow();
  }
}
