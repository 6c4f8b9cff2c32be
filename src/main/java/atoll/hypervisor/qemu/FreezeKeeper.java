package atoll.hypervisor.qemu;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The program that freezes a guest's file systems and thaws them whatever happens to Atoll.
 *
 * <p>It runs in a process and a session of its own. A line on its standard input, the end of that
 * input (Atoll is dead), and a limit (Atoll is stopped, or forgot) all make it thaw. It says:
 *
 * <pre>
 * failed WHY    nothing is frozen, or will not be for long
 * frozen N      N file systems are frozen
 * thawed        they were thawed because of a line or the end of the input
 * late          they were thawed because of the limit, or had thawed by themselves
 * </pre>
 */
final class FreezeKeeper {
  /** How long an agent that is there may take to say so, or to thaw. */
  static final Duration AGENT_PATIENCE = Duration.ofSeconds(5);

  /** How long a guest that does not thaw is asked again; then only its reset can help. */
  private static final Duration THAW_ATTEMPTS = Duration.ofMinutes(10);

  private final Path socket;
  private final Duration limit;

  private FreezeKeeper(Path socket, Duration limit) {
    this.socket = socket;
    this.limit = limit;
  }

  /** Arguments: the agent's socket, and the limit in milliseconds. */
  public static void main(String[] arguments) throws InterruptedException {
    var limit = Duration.ofMillis(Long.parseLong(arguments[1]));
    new FreezeKeeper(Path.of(arguments[0]), limit).run();
  }

  private void run() throws InterruptedException {
    try (var agent = GuestAgent.connect(socket)) {
      agent.synchronise(AGENT_PATIENCE);
      keep(agent);
    } catch (IOException e) {
      say("failed " + e.getMessage());
    }
  }

  private void keep(GuestAgent agent) throws IOException, InterruptedException {
    long limitAt = System.nanoTime() + limit.toNanos();
    int frozen;
    try {
      frozen = agent.freeze(limit);
    } catch (IOException e) {
      say("failed " + e.getMessage());
      thaw(agent); // the agent may be at it still
      return;
    }
    say("frozen " + frozen);
    boolean inTime = awaitInput(limitAt - System.nanoTime());
    int thawed = thaw(agent);
    say(inTime && thawed >= Math.min(frozen, 1) ? "thawed" : "late");
  }

  private static void say(String word) {
    System.out.println(word.replaceAll("\\R", " "));
  }

  /** Whether there is a line, or the end of the input, within so many nanoseconds. */
  private static boolean awaitInput(long nanos) throws InterruptedException {
    var input = new CompletableFuture<Boolean>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (var in = new Scanner(System.in, StandardCharsets.UTF_8)) {
            input.complete(in.hasNextLine());
          }
        });
    try {
      input.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Thaws, if need be with new connections; how many file systems were frozen. */
  private int thaw(GuestAgent agent) throws IOException, InterruptedException {
    try {
      return agent.thaw(AGENT_PATIENCE);
    } catch (IOException e) {
      agent.close(); // QEMU serves one connection
      return thawAnew();
    }
  }

  private int thawAnew() throws IOException, InterruptedException {
    long givenUpAt = System.nanoTime() + THAW_ATTEMPTS.toNanos();
    while (true) {
      try (var agent = GuestAgent.connect(socket)) {
        agent.synchronise(AGENT_PATIENCE);
        return agent.thaw(AGENT_PATIENCE);
      } catch (SocketException e) {
        throw e; // the machine is gone
      } catch (IOException e) {
        if (System.nanoTime() > givenUpAt) {
          throw e;
        }
        TimeUnit.SECONDS.sleep(1); // an agent that is wrong at once is not asked without a pause
      }
    }
  }
}
