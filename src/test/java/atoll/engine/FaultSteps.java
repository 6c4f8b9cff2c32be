package atoll.engine;

import atoll.objectstore.FaultyObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Lets a {@link Fault} happen when a {@link Step} is passed for the first time. */
final class FaultSteps implements Steps {
  private final @Nullable Step target;
  private final Fault fault;
  private final Path folder;
  private final FaultyObjectStore store;
  private final Duration lasts;
  private final AtomicBoolean hit = new AtomicBoolean();
  private volatile boolean begun;
  private volatile @Nullable Thread healer;

  /**
   * Nothing goes wrong before {@code target}; nothing at all if there is none.
   *
   * @param folder where the site is
   * @param store the site's
   * @param lasts how long what heals takes to
   */
  FaultSteps(
      @Nullable Step target, Fault fault, Path folder, FaultyObjectStore store, Duration lasts) {
    this.target = target;
    this.fault = fault;
    this.folder = folder;
    this.store = store;
    this.lasts = lasts;
  }

  /** From now on it may happen: whoever is to be disturbed has begun. */
  void begin() {
    begun = true;
  }

  /** Waits until what went wrong is well again. */
  void awaitHealed() throws InterruptedException {
    Thread healing = healer;
    if (healing != null) {
      healing.join();
    }
  }

  /** Whether it has happened. */
  boolean happened() {
    return hit.get();
  }

  @Override
  public void passed(Step step) {
    if (begun && step == target && hit.compareAndSet(false, true)) {
      try {
        happen();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void happen() throws IOException, InterruptedException {
    switch (fault) {
      case ATOLL_KILLED -> killAtoll();
      case QEMU_KILLED -> killMachines(folder);
      case BOTH_KILLED -> {
        killMachines(folder);
        killAtoll();
      }
      case STORE_FAILS -> {
        store.follow(_ -> FaultyObjectStore.Fate.FAIL);
        afterwards(() -> store.follow(_ -> FaultyObjectStore.Fate.PASS));
      }
      case STORE_HANGS -> {
        store.stop();
        afterwards(store::resume);
      }
      case ANSWER_LOST ->
          store.atMutation(store.mutations() + 1, FaultyObjectStore.Fate.LOSE_ANSWER);
      case DISK_FULL -> {
        var balloon = new Balloon(folder.resolve("volumes"));
        balloon.inflate();
        afterwards(balloon::burst);
      }
    }
  }

  private static void killAtoll() throws IOException, InterruptedException {
    kill(Long.toString(ProcessHandle.current().pid()));
    new CountDownLatch(1).await();
  }

  /** Kills every machine of a site. */
  static void killMachines(Path folder) throws IOException, InterruptedException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.resolve("run"))) {
      for (Path machine : files) {
        Path pid = machine.resolve("pid");
        if (Files.exists(pid)) {
          kill(Files.readString(pid).strip());
        }
      }
    }
  }

  private static void kill(String pid) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-9", pid).start().waitFor();
  }

  private void afterwards(Runnable heal) {
    healer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                TimeUnit.NANOSECONDS.sleep(lasts.toNanos());
                heal.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
