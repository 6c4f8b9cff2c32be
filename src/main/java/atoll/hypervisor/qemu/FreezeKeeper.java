package atoll.hypervisor.qemu;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The program that freezes a guest's file systems and thaws them whatever happens to Atoll.
 *
 * <p>It runs in a process and a session of its own. It is given an order on its standard input, a
 * line of a limit in milliseconds and the socket of a guest's agent, and freezes that guest. The
 * next line, the end of the input (Atoll is dead), and the limit (Atoll is stopped, or forgot) all
 * make it thaw. It says:
 *
 * <pre>
 * failed WHY    nothing is frozen, or will not be for long
 * frozen N      N file systems are frozen
 * thawed        they were thawed because of a line or the end of the input
 * late          they were thawed because of the limit, or had thawed by themselves
 * </pre>
 *
 * <p>After {@code thawed} it waits for another order; after all else, or when its input ends, it
 * ends.
 */
final class FreezeKeeper {
  /** How long an agent that is there may take to say so, or to thaw. */
  static final Duration AGENT_PATIENCE = Duration.ofSeconds(5);

  /** How long a guest that does not thaw is asked again; then only its reset can help. */
  private static final Duration THAW_ATTEMPTS = Duration.ofMinutes(10);

  /** Stands for the end of the input; no line is like it. */
  private static final String END = "\n";

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private FreezeKeeper() {}

  /** Without arguments. */
  public static void main(String[] arguments) throws InterruptedException {
    var keeper = new FreezeKeeper();
    Thread.ofPlatform().daemon().start(keeper::hear);
    boolean goesOn = true;
    while (goesOn) {
      String order = keeper.lines.take();
      goesOn = !order.equals(END) && keeper.obey(order.split(" ", 2));
    }
  }

  private void hear() {
    try (var in = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (in.hasNextLine()) {
        lines.add(in.nextLine());
      }
    } finally {
      lines.add(END);
    }
  }

  /** Whether all went well, and another order may follow. */
  private boolean obey(String[] order) throws InterruptedException {
    var limit = Duration.ofMillis(Long.parseLong(order[0]));
    var socket = Path.of(order[1]);
    boolean inTime;
    try (var agent = GuestAgent.connect(socket)) {
      agent.synchronise(AGENT_PATIENCE);
      inTime = keep(agent, socket, limit);
    } catch (IOException e) {
      say("failed " + e.getMessage());
      return false;
    }
    if (inTime) {
      say("thawed"); // the last: what came after it would answer the next order
    }
    return inTime;
  }

  /** Freezes the guest and thaws it; whether it was frozen until it was to be thawed. */
  private boolean keep(GuestAgent agent, Path socket, Duration limit)
      throws IOException, InterruptedException {
    long limitAt = System.nanoTime() + limit.toNanos();
    int frozen;
    try {
      frozen = agent.freeze(limit);
    } catch (IOException e) {
      say("failed " + e.getMessage());
      int _ = thaw(agent, socket); // the agent may be at it still
      return false;
    }
    say("frozen " + frozen);
    String line = lines.poll(limitAt - System.nanoTime(), TimeUnit.NANOSECONDS);
    if (END.equals(line)) {
      lines.add(END); // no order follows
    }
    boolean inTime = thaw(agent, socket) >= Math.min(frozen, 1) && line != null;
    if (!inTime) {
      say("late");
    }
    return inTime;
  }

  private static void say(String word) {
    System.out.println(word.replaceAll("\\R", " "));
  }

  /** Thaws, if need be with new connections; how many file systems were frozen. */
  private static int thaw(GuestAgent agent, Path socket) throws IOException, InterruptedException {
    try {
      return agent.thaw(AGENT_PATIENCE);
    } catch (IOException e) {
      agent.close(); // QEMU serves one connection
      return thawAnew(socket);
    }
  }

  private static int thawAnew(Path socket) throws IOException, InterruptedException {
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
