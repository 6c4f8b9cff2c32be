package atoll.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several {@link TrialSite}s side by side, each in a folder and with a guest of its own: {@code
 * -Datoll.sites=N}, by default 4 with {@code -Datoll.long=true} and else 2.
 *
 * <p>A trial gets a site that is free. The site of one that failed is not used again; what tells
 * why is then in {@code target/trials}. The hours of a long run need not be in a row: none begins
 * while there is a file {@code target/pause}.
 */
final class TrialSites {
  private static final int SITES =
      Integer.getInteger("atoll.sites", Boolean.getBoolean("atoll.long") ? 4 : 2);

  /** While there is such a file no trial begins. */
  private static final Path PAUSE = Path.of("target", "pause");

  private final Path folder;
  private final TrialProgram program;
  private final AtomicInteger made = new AtomicInteger();
  private final BlockingQueue<TrialSite> free = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(SITES);

  private TrialSites(Path folder, TrialProgram program) {
    this.folder = folder;
    this.program = program;
  }

  /** One round, with all that is to be looked at afterwards. */
  @FunctionalInterface
  interface Trial {
    void run(TrialSite site) throws Exception;
  }

  /** Makes the first site in a folder, whose guest has booted. */
  static TrialSites boot(Path folder) throws Exception {
    GuestSite.bootImage(); // without which nothing is tried
    var sites = new TrialSites(folder, TrialProgram.in(folder));
    try {
      TrialSite first = sites.bootOne();
      sites.free.add(first);
      rehearse(first);
      return sites;
    } catch (Exception | AssertionError e) {
      sites.end();
      throw e;
    }
  }

  private TrialSite bootOne() throws Exception {
    Path place = Files.createDirectory(folder.resolve(Integer.toString(made.incrementAndGet())));
    return TrialSite.boot(place, program);
  }

  /** All goes well, or no trial tells anything. */
  private static void rehearse(TrialSite site) throws Exception {
    int code = site.nextRound().waitFor();
    if (code != 0) {
      throw new AssertionError(
          "without any fault it ends with " + code + ": " + Files.readString(site.log()));
    }
    site.check(false);
  }

  /** Begins a trial as soon as there is a site for it. */
  Future<?> begin(String name, Trial trial) {
    return threads.submit(() -> {
      awaitNoPause();
      TrialSite known = free.poll();
      TrialSite site = known == null ? bootOne() : known;
      try {
        trial.run(site);
        free.add(site);
      } catch (Exception | AssertionError e) {
        throw failed(name, site, e);
      }
      return site;
    });
  }

  private static void awaitNoPause() throws InterruptedException {
    while (Files.exists(PAUSE)) {
      TimeUnit.SECONDS.sleep(1);
    }
  }

  /** Keeps what tells why, and gives up the site; the next trial makes itself another. */
  private static AssertionError failed(String name, TrialSite site, Throwable cause)
      throws Exception {
    Path evidence = Path.of("target", "trials", name).toAbsolutePath();
    String log = Files.exists(site.log()) ? Files.readString(site.log()) : "";
    var failure =
        new AssertionError(
            "%s, round %d; see %s: %s%n%s"
                .formatted(name, site.round(), evidence, cause.getMessage(), log),
            cause);
    try {
      site.abandon(evidence);
      Files.writeString(evidence.resolve("failure"), failure.toString());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Waits for the end of a trial; its failure is thrown here. */
  static void await(Future<?> trial) throws InterruptedException {
    try {
      Object _ = trial.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError failure) {
        throw failure;
      }
      throw new AssertionError(e.getCause());
    }
  }

  /** Waits for the trials that have begun, drops the others, and ends all machines. */
  void end() throws Exception {
    threads.shutdownNow();
    threads.close();
    for (TrialSite site : free) {
      site.end();
    }
  }
}
