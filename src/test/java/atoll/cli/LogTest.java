package atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What {@link LogConfigurator} makes of log lines. */
class LogTest {
  private final Logger log = (Logger) LoggerFactory.getLogger("atoll.engine.Recovery");
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  @BeforeEach
  void listenInsteadOfPrinting() {
    events.start();
    log.addAppender(events);
    log.setAdditive(false);
  }

  @AfterEach
  void printAgain() {
    log.detachAppender(events);
    log.setAdditive(true);
  }

  @Test
  void informationIsNotShown() {
    log.info("volume 7 is found");
    assertThat(events.list).isEmpty();
  }

  @Test
  void failureIsOneLine() {
    log.error("backup of 3f failed", new IOException("put packs/aa", new IOException("refused")));
    assertThat(printed())
        .matches(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} ERROR Recovery: backup of 3f failed: put packs/aa:"
                + " refused\\R");
  }

  @Test
  void warningIsOneLine() {
    log.warn("volume {} is gone", 7);
    assertThat(printed()).endsWith(" WARN  Recovery: volume 7 is gone" + System.lineSeparator());
  }

  private String printed() {
    Logger root = log.getLoggerContext().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> stderr = root.getAppender("stderr");
    assertThat(stderr).isInstanceOf(ConsoleAppender.class);
    Encoder<ILoggingEvent> encoder = ((ConsoleAppender<ILoggingEvent>) stderr).getEncoder();
    return new String(encoder.encode(events.list.getFirst()), StandardCharsets.UTF_8);
  }
}
