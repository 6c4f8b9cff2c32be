package atoll.hypervisor.qemu;

import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.GuestNotThawedException;
import atoll.model.Undisturbed;
import java.io.IOException;
import java.time.Duration;

/** A guest that a {@link FreezeKeeper} keeps frozen. */
final class KeptGuest implements FrozenGuest {
  /** How long the keeper's JVM may take to start on a busy host. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(20);

  /** A way to the guest's agent. */
  @FunctionalInterface
  interface Agent {
    GuestAgent connect() throws IOException;
  }

  private final Agent agent;
  private final KeeperProcess keeper;
  private final Runnable whenThawed;
  private int fileSystems;
  private boolean closed;

  private KeptGuest(Agent agent, KeeperProcess keeper, Runnable whenThawed) {
    this.agent = agent;
    this.keeper = keeper;
    this.whenThawed = whenThawed;
  }

  /**
   * Waits until a guest is frozen by a keeper that has the order to.
   *
   * @param agent the guest's, for when the keeper fails
   * @param whenThawed is run when the keeper has thawed it in time, and may have another order
   * @throws IOException if that did not happen; it thaws then if it happens yet
   */
  static KeptGuest frozenBy(KeeperProcess keeper, Agent agent, Duration limit, Runnable whenThawed)
      throws IOException {
    var guest = new KeptGuest(agent, keeper, whenThawed);
    try {
      guest.awaitFrozen(limit);
      return guest;
    } catch (IOException e) {
      keeper.letGo();
      throw e;
    }
  }

  private void awaitFrozen(Duration limit) throws IOException {
    String word = keeper.nextWord(START_PATIENCE.plus(FreezeKeeper.AGENT_PATIENCE).plus(limit));
    if (!word.startsWith("frozen ")) {
      throw new IOException("the guest's file systems are not frozen: " + word);
    }
    fileSystems = Integer.parseInt(word.substring("frozen ".length()));
  }

  @Override
  public int fileSystems() {
    return fileSystems;
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    Undisturbed.run(this::thaw);
  }

  private void thaw() throws IOException {
    keeper.thaw();
    String word;
    try {
      word = keeper.nextWord(START_PATIENCE);
    } catch (IOException e) {
      keeper.letGo();
      throw e;
    }
    if (word.equals("thawed")) {
      whenThawed.run();
      return;
    }
    keeper.letGo();
    if (word.equals("late")) {
      throw new IOException("the guest's file systems had thawed before they were let go");
    }
    thawOurselves(word);
    throw new IOException("the guest's file systems may have thawed too early: " + word);
  }

  /** Somebody has killed the keeper. */
  private void thawOurselves(String word) throws IOException {
    try (var connected = agent.connect()) {
      connected.synchronise(FreezeKeeper.AGENT_PATIENCE);
      connected.thaw(FreezeKeeper.AGENT_PATIENCE);
    } catch (IOException e) {
      throw new GuestNotThawedException(word, e);
    }
  }
}
