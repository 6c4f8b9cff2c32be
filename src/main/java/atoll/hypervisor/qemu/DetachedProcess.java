package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process in a session of its own, so that neither the end of Atoll's process group nor a Ctrl-C
 * in its terminal reaches it.
 *
 * <p>QEMU's own {@code -daemonize} would do, were it not that it forks, which {@code -sandbox
 * spawn=deny} punishes with death.
 */
final class DetachedProcess {
  /** How long a program may take to open its sockets. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of what a program that did not start had to say. */
  private static final int WORDS_BYTES = 4096;

  private final Process process;

  private DetachedProcess(Process process) {
    this.process = process;
  }

  /** Starts {@code command}; its words come in English. */
  static DetachedProcess start(List<String> command) throws IOException {
    var line = new ArrayList<>(List.of("setsid"));
    line.addAll(command);
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    return new DetachedProcess(builder.start());
  }

  /** The process itself. */
  Process process() {
    return process;
  }

  /**
   * Waits until it connects to {@code rendezvous}; the connection is the caller's to close.
   *
   * @throws IOException if it ends before
   */
  SocketChannel awaitConnection(Rendezvous rendezvous) throws IOException {
    return rendezvous.await(process, PATIENCE);
  }

  /** It is up, and what it says from now on is dropped: a guest could make a log grow for ever. */
  void dropWords() throws IOException {
    process.getInputStream().close();
  }

  /** It did not start, as {@code problem} shows: ends it, and says so in its own words. */
  IOException failed(IOException problem) {
    process.toHandle().destroyForcibly(); // that of the process itself would drop its words
    try (InputStream out = process.getInputStream()) {
      process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS); // it may have locks
      String words = new String(out.readNBytes(WORDS_BYTES), StandardCharsets.UTF_8).strip();
      return words.isEmpty() ? problem : new IOException(words, problem);
    } catch (IOException e) {
      return problem; // it had been up, and its words were dropped
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return problem;
    }
  }
}
