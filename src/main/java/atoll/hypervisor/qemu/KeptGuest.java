package atoll.hypervisor.qemu;

import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.GuestNotThawedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A guest that a {@link FreezeKeeper} keeps frozen. */
final class KeptGuest implements FrozenGuest {
  /** How long the keeper's JVM may take to start on a busy host. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(20);

  /** Stands for the end of the keeper's words. */
  private static final String END = "ended";

  private final Path socket;
  private final Process keeper;
  private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
  private int fileSystems;
  private boolean closed;

  private KeptGuest(Path socket, Process keeper) {
    this.socket = socket;
    this.keeper = keeper;
  }

  /**
   * Freezes the guest whose agent is behind {@code socket}.
   *
   * @throws IOException if that did not happen; it thaws then if it happens yet
   */
  static KeptGuest freeze(Path socket, Duration limit) throws IOException {
    return frozenBy(DetachedProcess.start(command(socket, limit)).process(), socket, limit);
  }

  /** As {@link #freeze}, by a keeper that was started. */
  static KeptGuest frozenBy(Process keeper, Path socket, Duration limit) throws IOException {
    var guest = new KeptGuest(socket, keeper);
    Thread.ofPlatform().daemon().name("freeze keeper " + socket).start(guest::listen);
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

  private void listen() {
    try (BufferedReader out = keeper.inputReader()) {
      out.lines().forEach(words::add);
    } catch (IOException | UncheckedIOException e) {
      words.add(e.toString());
    } finally {
      words.add(END);
    }
  }

  private void awaitFrozen(Duration limit) throws IOException {
    String word = next(START_PATIENCE.plus(FreezeKeeper.AGENT_PATIENCE).plus(limit));
    if (!word.startsWith("frozen ")) {
      throw new IOException("the guest's file systems are not frozen: " + word);
    }
    fileSystems = Integer.parseInt(word.substring("frozen ".length()));
  }

  /** The next word of the keeper, or what came instead of one. */
  private String next(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    var noise = new StringBuilder(); // of the JVM
    try {
      while (true) {
        String line = words.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
          return "the keeper said nothing within " + patience.toSeconds() + " s" + noise;
        }
        if (line.equals(END)) {
          return "the keeper ended" + noise;
        }
        if (line.matches("(frozen [0-9]{1,9}|thawed|late)|failed .*")) {
          return line;
        }
        noise.append("; ").append(line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the guest's file systems were frozen");
    }
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
    String word = next(START_PATIENCE);
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
    try (var agent = GuestAgent.connect(socket)) {
      agent.synchronise(FreezeKeeper.AGENT_PATIENCE);
      agent.thaw(FreezeKeeper.AGENT_PATIENCE);
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
