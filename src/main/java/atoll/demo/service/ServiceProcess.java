package atoll.demo.service;

import atoll.demo.bench.Atoll;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A service in a process of its own, as {@code atoll serve} starts it; ended when closed. */
public final class ServiceProcess implements AutoCloseable {
  private static final String READY = "ready ";
  private static final long GRACE_SECONDS = 30;

  private static final Pattern PASSWORD = Pattern.compile("OS_PASSWORD=(.*)");

  private final Path folder;
  private final Process process;
  private final URI url;
  private final Duration start;

  private ServiceProcess(Path folder, Process process, URI url, Duration start) {
    this.folder = folder;
    this.process = process;
    this.url = url;
    this.start = start;
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @param database null for one in the folder
   * @throws IOException if it ends instead; the message has the last of what it said
   */
  public static ServiceProcess start(Path folder, @Nullable String database) throws IOException {
    var words = new ArrayList<>(Atoll.running().java());
    words.addAll(List.of("serve", "--data", folder.toString(), "--listen", "127.0.0.1:0"));
    words.addAll(List.of("--calls-per-second", "0")); // all calls are one user's
    Path log = folder.resolveSibling("service.log");
    var builder = new ProcessBuilder(words).redirectError(log.toFile());
    if (database != null) {
      builder.environment().put("ATOLL_DATABASE", database); // others see a command line
    }
    long began = System.nanoTime();
    Process process = builder.start();
    // Whoever waits for its first word cannot be interrupted; the JVM is all the same told to end.
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
    try {
      BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
      String line = said.readLine();
      if (line == null || !line.startsWith(READY)) {
        throw new IOException("the service did not start: " + Files.readString(log).strip());
      }
      var took = Duration.ofNanos(System.nanoTime() - began);
      return new ServiceProcess(folder, process, URI.create(line.substring(READY.length())), took);
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  URI url() {
    return url;
  }

  /** What its administrator was given. */
  String adminPassword() throws IOException {
    String openrc = Files.readString(folder.resolve("openrc"));
    Matcher matcher = PASSWORD.matcher(openrc);
    if (!matcher.find()) {
      throw new IOException("there is no password in " + folder.resolve("openrc"));
    }
    return matcher.group(1);
  }

  long pid() {
    return process.pid();
  }

  /** From the start of the process until it answered. */
  Duration startTime() {
    return start;
  }

  /** What it has had of processors. */
  Duration cpuTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** The memory it has now, and the most it had. */
  record Memory(long bytes, long peakBytes) {}

  Memory memory() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"));
    return new Memory(kibibytes(lines, "VmRSS:") * 1024, kibibytes(lines, "VmHWM:") * 1024);
  }

  private static long kibibytes(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("the service does not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
