package atoll.objectstore;

import java.io.IOException;

/** A service refuses a request for its condition: it does not put conditionally. */
public final class RefusedConditionException extends IOException {
  private static final long serialVersionUID = 1;

  private static final int BAD_REQUEST = 400;
  private static final int NOT_IMPLEMENTED = 501;

  private RefusedConditionException(IOException refusal) {
    super(refusal.getMessage(), refusal);
  }

  /**
   * What to throw of a conditional put that failed with an HTTP status: such an exception if that
   * refuses the condition, else {@code failure} itself.
   */
  public static IOException of(int status, IOException failure) {
    boolean mayPass =
        failure instanceof TemporaryFailureException; // as a request's time-out, of S3
    return status == NOT_IMPLEMENTED || (status == BAD_REQUEST && !mayPass)
        ? new RefusedConditionException(failure)
        : failure;
  }
}
