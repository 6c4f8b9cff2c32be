package atoll.cli;

import atoll.model.Causes;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;

/** {@code %causes} of {@link LogConfigurator}: the exception of a log line, on that line. */
public final class CausesConverter extends ThrowableProxyConverter {
  @Override
  protected String throwableProxyToString(IThrowableProxy proxy) {
    return proxy instanceof ThrowableProxy local
        ? ": " + Causes.inOneLine(local.getThrowable())
        : ": " + proxy.getMessage();
  }
}
