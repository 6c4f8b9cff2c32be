package atoll.hypervisor;

import java.io.IOException;

/** A guest whose file systems are frozen. */
public interface FrozenGuest extends AutoCloseable {
  /** How many file systems are frozen. */
  int fileSystems();

  /**
   * Thaws them.
   *
   * @throws GuestNotThawedException if the guest does not say that they have thawed
   * @throws IOException if they had thawed before, because the limit had passed: what was done
   *     meanwhile is not consistent
   */
  @Override
  void close() throws IOException;
}
