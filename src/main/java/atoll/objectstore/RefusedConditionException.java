package atoll.objectstore;

import java.io.IOException;

/** A service refuses a request for its condition: it does not put conditionally. */
public final class RefusedConditionException extends IOException {
  private static final long serialVersionUID = 1;

  /** {@code refusal} says how the service put it. */
  public RefusedConditionException(IOException refusal) {
    super(refusal.getMessage(), refusal);
  }
}
