package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.objectstore.DirectoryObjectStore;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that is done with a repository, of a volume of 16 TiB, in a process of 512 MiB of heap;
 * {@code --long} with a million chunks here and there, of which a part changes from one snapshot to
 * the next.
 */
final class BoundedMemoryIT {
  private static final long SIZE_BYTES = 16L << 40;
  private static final int CHUNKS = Boolean.getBoolean("atoll.long") ? 1_000_000 : 10_000;
  private static final int SNAPSHOTS = 10;
  private static final int CHANGED_ONE_OF = 20;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void sixteenTebibytesIn512MebibytesOfHeap() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path").replace("\n", File.pathSeparator),
                Child.class.getName(),
                folder.toString(),
                Integer.toString(CHUNKS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var lines = new ArrayList<String>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        System.out.println(line);
        lines.add(line);
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).isZero();
    assertThat(lines).last().asString().isEqualTo("all is as it should be");
  }

  /** The process; the first argument is where, the second how many chunks. */
  static final class Child {
    private final Path folder;
    private final ScatteredVolume volume;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Integer> changed = new ArrayList<>();

    private Child(Path folder, int chunks) {
      this.folder = folder;
      this.volume = new ScatteredVolume(SIZE_BYTES, chunks);
      changed.add(chunks);
    }

    public static void main(String[] args) throws Exception {
      var child = new Child(Path.of(args[0]), Integer.parseInt(args[1]));
      Path root = Files.createDirectory(child.folder.resolve("store"));
      try (var store = DirectoryObjectStore.open(root)) {
        Repository.create(
            store,
            RepositoryFixture.KEY,
            new RepositorySettings(ScatteredVolume.CHUNK_BYTES),
            RepositoryFixture.RANDOM,
            InstantSource.system());
        child.run(store);
      }
      System.out.println("all is as it should be");
    }

    private void run(DirectoryObjectStore store) throws IOException {
      try (var repository = open(store)) {
        step("first backup", () -> write(repository, 0));
        step(
            "nine more backups",
            () -> {
              for (int i = 1; i < SNAPSHOTS; i++) {
                changed.add(volume.change(random, CHANGED_ONE_OF));
                write(repository, i);
              }
            });
      }
      try (var repository = open(store)) {
        step("opened and listed", () -> require(repository.list().manifests().size() == SNAPSHOTS));
        step("diff of the last two", () -> diff(repository, SNAPSHOTS - 2, changed.getLast()));
        step("diff of first and last", () -> diff(repository, 0, -1));
        step("stats", () -> System.out.println(repository.stats()));
        step(
            "verification",
            () -> require(repository.verify(VerifyMode.FULL, ProgressListener.NONE).isClean()));
        for (int i = 0; i < SNAPSHOTS - 1; i++) {
          repository.delete(id(i));
        }
        step(
            "collection",
            () ->
                System.out.println(
                    repository.collect(CollectionRequest.defaults(), CollectionListener.NONE)));
      }
      try (var repository = open(store)) {
        step("restore of what was moved", () -> restore(repository));
      }
    }

    private Repository open(DirectoryObjectStore store) throws IOException {
      return Repository.open(
          store, RepositoryFixture.KEY, folder.resolve("cache"), InstantSource.system());
    }

    private static UUID id(int snapshot) {
      return new UUID(0, snapshot);
    }

    private void write(Repository repository, int snapshot) throws IOException {
      UUID parent = snapshot == 0 ? null : id(snapshot - 1);
      SnapshotManifest manifest =
          repository.write(
              RepositoryFixture.request(id(snapshot), parent), volume, ProgressListener.NONE);
      require(
          manifest.bytesChanged() == changed.get(snapshot) * (long) ScatteredVolume.CHUNK_BYTES);
    }

    /** {@code expected} chunks have changed since a snapshot, or an unknown number. */
    private void diff(Repository repository, int earlier, int expected) throws IOException {
      var bytes = new AtomicLong();
      repository.diff(
          id(earlier), id(SNAPSHOTS - 1), difference -> bytes.addAndGet(difference.lengthBytes()));
      long chunks = bytes.get() / ScatteredVolume.CHUNK_BYTES;
      require(expected < 0 ? chunks > changed.getLast() : chunks == expected);
    }

    private void restore(Repository repository) throws IOException {
      var bytes = new AtomicLong();
      repository.restore(
          id(SNAPSHOTS - 1),
          (offset, content) -> {
            bytes.addAndGet(content.remaining());
            require(volume.has(offset, content));
          },
          ProgressListener.NONE);
      require(bytes.get() == changed.getFirst() * (long) ScatteredVolume.CHUNK_BYTES);
    }

    private static void require(boolean is) throws IOException {
      if (!is) {
        throw new IOException("it is not as it should be");
      }
    }

    /** What is done and timed. */
    @FunctionalInterface
    private interface Step {
      void run() throws IOException;
    }

    private static void step(String name, Step step) throws IOException {
      ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
      long start = System.nanoTime();
      step.run();
      System.out.printf(
          Locale.ROOT,
          "%s: %.2f s, heap at most %d MiB, process at most %s%n",
          name,
          Duration.ofNanos(System.nanoTime() - start).toMillis() / 1e3,
          heapPeakBytes() >> 20,
          peak());
    }

    /** With garbage: it may come near to what the process may have. */
    private static long heapPeakBytes() {
      return ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getPeakUsage)
          .mapToLong(MemoryUsage::getUsed)
          .sum();
    }

    private static String peak() throws IOException {
      try (var lines = Files.lines(Path.of("/proc/self/status"))) {
        return lines
            .filter(line -> line.startsWith("VmHWM:"))
            .map(line -> line.substring(6).strip())
            .findFirst()
            .orElse("?");
      }
    }
  }
}
