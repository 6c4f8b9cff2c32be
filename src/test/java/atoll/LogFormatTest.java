package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.cli.serve.RunningService;
import atoll.cli.serve.ServeCommand;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The log of a service, as programs read it. */
class LogFormatTest {
  @TempDir Path folder;
  private final StringWriter err = new StringWriter();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private OutputStreamAppender<ILoggingEvent> stderr;
  private Encoder<ILoggingEvent> text;

  @BeforeEach
  void keepTheLog() {
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    stderr = (OutputStreamAppender<ILoggingEvent>) root.getAppender("stderr");
    text = stderr.getEncoder();
    stderr.setOutputStream(log);
  }

  @AfterEach
  void printAgain() {
    stderr.setEncoder(text);
    stderr.setOutputStream(System.err);
  }

  /** Runs a service, asks it something that is refused, and ends with its not being opened. */
  private int serve(String format) {
    RunningService.Opener opener =
        settings -> {
          try (var service = Service.open(settings)) {
            askForAToken(service.url());
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          throw new IOException("ended");
        };
    var out = new PrintWriter(err, true);
    return new AtollCommandLine(
            out, out, List.of(new NamedCommand("serve", () -> new ServeCommand(opener, Map.of()))))
        .run(
            "serve",
            "--data",
            folder.toString(),
            "--listen",
            "127.0.0.1:0",
            "--log-format",
            format);
  }

  private static void askForAToken(String url) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(url + "/identity/v3/auth/tokens"))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void eachLineIsAnObjectThatNamesItsCall() {
    assertThat(serve("json")).isEqualTo(1);
    var lines = new ArrayList<JsonNode>();
    log.toString(StandardCharsets.UTF_8)
        .lines()
        .forEach(line -> lines.add(new JsonMapper().readTree(line)));
    JsonNode audit =
        lines.stream()
            .filter(line -> line.path("loggerName").asString().equals("atoll.audit"))
            .findFirst()
            .orElseThrow();
    assertThat(audit.path("level").asString()).isEqualTo("INFO");
    String request = audit.path("mdc").path("request_id").asString();
    assertThat(request).startsWith("req-");
    assertThat(audit.path("formattedMessage").asString())
        .isEqualTo(request + " user=- project=- from=127.0.0.1 POST /v3/auth/tokens 400");
    assertThat(audit.path("kvpList").toString())
        .contains("{\"path\":\"/v3/auth/tokens\"}", "{\"status\":\"400\"}");
  }

  @Test
  void textIsWhatItWas() {
    assertThat(serve("text")).isEqualTo(1);
    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsPattern(" INFO {2}audit: req-\\S+ user=- project=- from=127.0.0.1 POST ");
  }

  @Test
  void anotherFormatIsRefused() {
    assertThat(serve("xml")).isEqualTo(2);
    assertThat(err.toString()).contains("log-format: 'xml' is neither text nor json");
  }
}
