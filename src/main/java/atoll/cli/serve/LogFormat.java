package atoll.cli.serve;

import atoll.cli.LogConfigurator;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** How the lines of the log are spelt. */
enum LogFormat {
  /** For people, as {@link LogConfigurator} has it. */
  TEXT,

  /**
   * For programs: a JSON object a line, with the id of the call ({@code request_id}) or of the task
   * ({@code task_id}) under {@code mdc}, and the fields of an audit line under {@code kvpList}.
   */
  JSON;

  /**
   * The format of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static LogFormat of(String name) {
    for (LogFormat format : values()) {
      if (format.toString().equals(name)) {
        return format;
      }
    }
    String known =
        Arrays.stream(values()).map(LogFormat::toString).collect(Collectors.joining(" nor "));
    throw new IllegalArgumentException("'%s' is neither %s".formatted(name, known));
  }

  /** Has all that is logged from now on spelt so. */
  void use() {
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    if (this == JSON
        && root.getAppender(LogConfigurator.APPENDER)
            instanceof OutputStreamAppender<ILoggingEvent> stderr) {
      var encoder = new JsonEncoder();
      encoder.setContext(root.getLoggerContext());
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithContext(false);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithFormattedMessage(true);
      encoder.start();
      stderr.setEncoder(encoder);
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
