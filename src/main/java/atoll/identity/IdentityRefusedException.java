package atoll.identity;

/** Somebody asked of users, projects and roles for what cannot be. Nothing was changed. */
public final class IdentityRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient IdentityRefusal refusal;

  /** Refuses for a reason. */
  public IdentityRefusedException(IdentityRefusal refusal) {
    super(refusal.message());
    this.refusal = refusal;
  }

  /** The reason. */
  public IdentityRefusal refusal() {
    return refusal;
  }
}
