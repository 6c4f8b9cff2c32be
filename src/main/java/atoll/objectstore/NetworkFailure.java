package atoll.objectstore;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what is wrong when a request got no answer: what Java says of it is often a bare name. */
public final class NetworkFailure {
  private NetworkFailure() {}

  /** What to throw; {@code what} says what was tried, on what, and where. */
  public static IOException explained(String what, Throwable failure) {
    if (find(failure, UnknownHostException.class) != null
        || find(failure, UnresolvedAddressException.class) != null) {
      return new TemporaryFailureException(what + ": there is no such host");
    }
    SSLException security = find(failure, SSLException.class);
    if (security != null) {
      return new IOException(what + ": no secure connection: " + security.getMessage(), failure);
    }
    if (find(failure, SocketTimeoutException.class) != null
        || find(failure, HttpTimeoutException.class) != null) {
      return new TemporaryFailureException(what + ": no answer in time");
    }
    if (find(failure, ConnectException.class) != null) {
      return new TemporaryFailureException(what + ": nobody listens there");
    }
    IOException network = find(failure, IOException.class);
    if (network == null) {
      return new IOException(what + ": " + failure.getMessage(), failure);
    }
    String said = network.getMessage();
    return new TemporaryFailureException(
        what + ": " + (said == null ? network.getClass().getSimpleName() : said), failure);
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }
}
