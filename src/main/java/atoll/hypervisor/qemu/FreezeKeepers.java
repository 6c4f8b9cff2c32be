package atoll.hypervisor.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link FreezeKeeper}s of a service. A keeper takes longer to start than a guest to freeze, so
 * one that has thawed its guest in time waits here for the next. May be used by several threads.
 */
final class FreezeKeepers implements AutoCloseable {
  /** So many wait; of more machines that are frozen at once each has one, but not for longer. */
  private static final int IDLE_MAX = 2;

  private static final Logger LOG = LoggerFactory.getLogger(FreezeKeepers.class);

  private final Deque<KeeperProcess> idle = new ArrayDeque<>();
  private boolean closed;

  /** None is started yet. */
  FreezeKeepers() {}

  /**
   * Freezes the guest whose agent is behind {@code socket}.
   *
   * @throws IOException if that did not happen; it thaws then if it happens yet
   */
  KeptGuest freeze(Path socket, Duration limit) throws IOException {
    KeeperProcess waiting = poll();
    if (waiting != null) {
      try {
        return freeze(waiting, socket, limit);
      } catch (IOException e) {
        if (!waiting.endedWordless()) {
          throw e;
        }
        LOG.info("a keeper of frozen guests has ended while it waited; another is started", e);
      }
    }
    return freeze(KeeperProcess.start(command()), socket, limit);
  }

  private KeptGuest freeze(KeeperProcess keeper, Path socket, Duration limit) throws IOException {
    keeper.order(socket, limit);
    return KeptGuest.frozenBy(
        keeper, () -> GuestAgent.connect(socket), limit, () -> giveBack(keeper));
  }

  /** One that waits, if there is one. */
  private synchronized @Nullable KeeperProcess poll() {
    return idle.poll();
  }

  private synchronized void giveBack(KeeperProcess keeper) {
    if (closed || idle.size() >= IDLE_MAX) {
      keeper.letGo();
    } else {
      idle.push(keeper);
    }
  }

  /** What starts one. */
  static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        FreezeKeeper.class.getName());
  }

  /** Those that wait end; those that keep a guest frozen end when it is thawed. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(KeeperProcess::letGo);
    idle.clear();
  }
}
