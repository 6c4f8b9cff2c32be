package atoll.hypervisor;

import java.io.IOException;

/** Work that QEMU does on layers in the background. */
public interface BlockJob {
  /** Between 0 and 1. */
  double progress() throws IOException;

  /**
   * Waits for the end.
   *
   * @return false if it was cancelled
   * @throws IOException if it failed; the layers are as valid as before
   */
  boolean await() throws IOException, InterruptedException;

  /** Ends it early, and returns when it has ended; ended already is fine. */
  void cancel() throws IOException;
}
