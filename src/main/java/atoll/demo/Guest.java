package atoll.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The agent in the small guest that guest/build-guest.sh builds: writes patterns to disks, checks
 * them, keeps a heartbeat on several disks at once.
 *
 * <p>One request a line, {@code ID COMMAND ARGUMENTS}, answered by {@code ID ok VALUE} or {@code ID
 * err MESSAGE}; in between, lines that are events. The commands stand in guest/agent. May be used
 * from any thread; the guest does one thing after the other.
 */
public final class Guest implements AutoCloseable {
  /** The name of its channel. */
  public static final String CHANNEL = "test.agent.0";

  /**
   * One heartbeat: the guest has written this number to its disks, and flushed it.
   *
   * @param gapMicros since the beat before, by the guest's clock, which stands still with it
   * @param arrivedNanos when the host heard of it, as {@link System#nanoTime}
   */
  public record Beat(long number, long gapMicros, long arrivedNanos) {}

  /** Number, the guest's time in microseconds, microseconds since the beat before. */
  private static final Pattern BEAT =
      Pattern.compile("([0-9]{1,18}) [0-9]{1,18} ([0-9]{1,18})( .*)?");

  private final SocketChannel channel;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  /** Guards the rest. */
  private final Object lock = new Object();

  private final Map<Long, CompletableFuture<String>> unanswered = new HashMap<>();
  private final List<Beat> beats = new ArrayList<>();

  /** Begins anywhere, so that answers to a former client are not taken for ours. */
  private long lastId = ThreadLocalRandom.current().nextLong(1L << 40);

  private boolean ended;

  private Guest(SocketChannel channel) {
    this.channel = channel;
  }

  /** Connects to the channel {@link #CHANNEL} of a machine, which may still be booting. */
  public static Guest connect(Path socket) throws IOException {
    var guest = new Guest(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    Thread.ofVirtual().name("guest " + socket).start(guest::read);
    guest.write("\n"); // ends what a former client may have left half said
    return guest;
  }

  /** Waits until a guest has booted that has not said so to anybody yet; returns what it says. */
  public String awaitReady(Duration patience) throws IOException {
    return await(ready, "boot", patience);
  }

  /**
   * Has the guest execute a command.
   *
   * @return the value it answers, often empty
   * @throws IOException if it answers with an error, or not in time
   */
  public String call(String command, Duration patience) throws IOException {
    var answer = new CompletableFuture<String>();
    long id;
    synchronized (lock) {
      if (ended) {
        throw new IOException("guest: connection ended before " + command);
      }
      id = ++lastId;
      unanswered.put(id, answer);
    }
    write(id + " " + command + "\n");
    String line = await(answer, command, patience);
    if (!line.startsWith("ok")) {
      throw new IOException("guest: " + command + ": " + line);
    }
    return line.substring("ok".length()).strip();
  }

  /** As {@link #call(String, Duration)}, for what takes no longer than a minute. */
  public String call(String command) throws IOException {
    return call(command, Duration.ofMinutes(1));
  }

  /** The heartbeats that were heard so far. */
  public List<Beat> beats() {
    synchronized (lock) {
      return List.copyOf(beats);
    }
  }

  /** Waits until {@code more} heartbeats have been heard from now on. */
  public void awaitBeats(int more, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      int wanted = beats.size() + more;
      while (beats.size() < wanted) {
        long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
        if (ended || leftMillis < 1) {
          throw new IOException("guest: its heart has stopped after " + beats.size() + " beats");
        }
        try {
          lock.wait(leftMillis);
        } catch (InterruptedException e) {
          throw interrupted("its heart beat");
        }
      }
    }
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    synchronized (channel) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static String await(CompletableFuture<String> answer, String what, Duration patience)
      throws IOException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "guest: no answer to " + what + " within " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new IOException("guest: connection ended before it answered " + what, e);
    } catch (InterruptedException e) {
      throw interrupted(what);
    }
  }

  private static InterruptedIOException interrupted(String during) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("guest: interrupted during " + during);
  }

  private void read() {
    try {
      var in = new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8);
      var lines = new BufferedReader(in);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        dispatch(line.strip());
      }
      end(new IOException("QEMU closed the channel"));
    } catch (IOException e) {
      end(e);
    }
  }

  private void dispatch(String line) {
    String[] words = line.split(" ", 2);
    String rest = words.length == 2 ? words[1] : "";
    switch (words[0]) {
      case "ready" -> ready.complete(rest);
      case "hb" -> beat(rest);
      default -> answer(words[0], rest);
    }
  }

  private void beat(String line) {
    Matcher numbers = BEAT.matcher(line);
    if (!numbers.matches()) {
      return; // half a line, of a guest that was killed
    }
    var beat =
        new Beat(
            Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)), System.nanoTime());
    synchronized (lock) {
      beats.add(beat);
      lock.notifyAll();
    }
  }

  private void answer(String id, String line) {
    if (!id.matches("[0-9]{1,18}")) {
      return; // something the guest says that nobody asked for
    }
    CompletableFuture<String> answer;
    synchronized (lock) {
      answer = unanswered.remove(Long.valueOf(id));
    }
    if (answer != null) { // else it was for a former client
      answer.complete(line);
    }
  }

  private void end(IOException why) {
    List<CompletableFuture<String>> left;
    synchronized (lock) {
      ended = true;
      left = new ArrayList<>(unanswered.values());
      unanswered.clear();
      lock.notifyAll();
    }
    ready.completeExceptionally(why);
    left.forEach(answer -> answer.completeExceptionally(why));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
