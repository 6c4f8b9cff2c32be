package atoll.hypervisor.qemu;

import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.GuestNotThawedException;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

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
  private final Process keeper;
  private final KeeperWords words;
  private int fileSystems;
  private boolean closed;

  private KeptGuest(Agent agent, Process keeper, KeeperWords words) {
    this.agent = agent;
    this.keeper = keeper;
    this.words = words;
  }

  /**
   * Freezes the guest whose agent is behind {@code socket}.
   *
   * @throws IOException if that did not happen; it thaws then if it happens yet
   */
  static KeptGuest freeze(Path socket, Duration limit) throws IOException {
    Process keeper = DetachedProcess.start(command(socket, limit)).process();
    var words = new KeeperWords();
    Thread.ofPlatform()
        .daemon()
        .name("freeze keeper " + socket)
        .start(() -> words.hear(keeper.inputReader()));
    return frozenBy(keeper, words, () -> GuestAgent.connect(socket), limit);
  }

  /** As {@link #freeze}, by a keeper that was started and whose words somebody hears. */
  static KeptGuest frozenBy(Process keeper, KeeperWords words, Agent agent, Duration limit)
      throws IOException {
    var guest = new KeptGuest(agent, keeper, words);
    try {
      guest.awaitFrozen(limit);
      return guest;
    } catch (IOException e) {
      guest.letGo();
      throw e;
    }
  }

  private static List<String> command(Path socket, Duration limit) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        FreezeKeeper.class.getName(),
        socket.toString(),
        Long.toString(limit.toMillis()));
  }

  private void awaitFrozen(Duration limit) throws IOException {
    String word = words.next(START_PATIENCE.plus(FreezeKeeper.AGENT_PATIENCE).plus(limit));
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
    letGo();
    String word = words.next(START_PATIENCE);
    switch (word) {
      case "thawed" -> {}
      case "late" ->
          throw new IOException("the guest's file systems had thawed before they were let go");
      default -> {
        thawOurselves(word);
        throw new IOException("the guest's file systems may have thawed too early: " + word);
      }
    }
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

  /** What the keeper waits for; it thaws, and ends by itself. */
  private void letGo() throws IOException {
    try (Writer in = keeper.outputWriter()) {
      in.write("thaw\n");
    } catch (IOException e) {
      // The keeper has ended; what it said last is in its words.
    }
  }
}
