package atoll.identity;

/** Whoever calls did not prove who it is. */
public final class UnauthorizedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Refuses with a sentence that gives no help to a guesser. */
  public UnauthorizedException(String message) {
    super(message);
  }
}
