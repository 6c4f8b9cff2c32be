package atoll.hypervisor;

import java.io.IOException;

/** A guest's file systems were frozen, and nobody knows whether they are still. */
public final class GuestNotThawedException extends IOException {
  private static final long serialVersionUID = 1;

  /** A guest that does not say that it has thawed, with what was seen. */
  public GuestNotThawedException(String saw, Throwable cause) {
    super("the guest's file systems may still be frozen: " + saw, cause);
  }
}
