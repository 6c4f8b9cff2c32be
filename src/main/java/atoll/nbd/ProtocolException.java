package atoll.nbd;

import java.io.IOException;

/** A client said what no client may say, and cannot be talked to any longer. */
final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  ProtocolException(String problem) {
    super(problem);
  }
}
