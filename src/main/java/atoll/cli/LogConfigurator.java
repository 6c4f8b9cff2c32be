package atoll.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Has warnings and errors, and the audit's lines, written to standard error, a line each. With
 * {@code -Datoll.log.traces=%ex} stack traces follow; {@code -Dlogback.configurationFile=FILE} says
 * otherwise.
 *
 * <p>Logback finds this class by {@code META-INF/services}. Said in XML, which it would have to
 * read, the same takes a tenth of a start.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  /** The name of the one appender. */
  public static final String APPENDER = "stderr";

  private static final String FILE = "logback.configurationFile";
  private static final String TRACES = "atoll.log.traces";
  private static final String LINE = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%causes%n";

  /** For Logback. */
  public LogConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(FILE) != null) {
      var file = new DefaultJoranConfigurator();
      file.setContext(context);
      if (file.configure(context) == ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY) {
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
      }
    }
    var layout = new PatternLayout();
    layout.setContext(context);
    layout.getInstanceConverterMap().put("causes", CausesConverter::new);
    layout.setPattern(LINE + System.getProperty(TRACES, ""));
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setLayout(layout);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName(APPENDER);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    // A line for each call that may have changed something.
    context.getLogger("atoll.audit").setLevel(Level.INFO);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
