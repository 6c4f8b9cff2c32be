package atoll.repository;

import atoll.format.Extent;
import atoll.objectstore.DirectoryObjectStore;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How fast a repository in a folder is, on a volume made of this machine's own files: {@code
 * RepositoryBench <empty folder> [GiB] [rounds]}.
 */
final class RepositoryBench {
  private static final UUID DOMAIN = UUID.randomUUID();

  private final Path folder;
  private final long imageBytes;
  private final SecureRandom secureRandom = new SecureRandom();

  private RepositoryBench(Path folder, long imageBytes) {
    this.folder = folder;
    this.imageBytes = imageBytes;
  }

  public static void main(String[] args) throws IOException {
    long gib = args.length > 1 ? Long.parseLong(args[1]) : 2;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 2;
    var bench = new RepositoryBench(Path.of(args[0]), gib << 30);
    Path image = bench.makeImage();
    for (int round = 1; round <= rounds; round++) {
      System.out.println("round " + round);
      bench.run(image, bench.folder.resolve("repository-" + round));
    }
  }

  /**
   * Real files one after the other, each from a multiple of 4 KiB on, as a file system has them.
   */
  private Path makeImage() throws IOException {
    Path image = folder.resolve("image");
    if (Files.exists(image) && Files.size(image) == imageBytes) {
      return image;
    }
    try (var out =
        FileChannel.open(
            image,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      long at = 0;
      for (String root : List.of("/usr/lib/jvm", "/usr/lib", "/usr/bin", "/usr/share", "/opt")) {
        at = copyFiles(Path.of(root), out, at);
      }
      System.out.printf("image of %d MB%n", at / 1_000_000);
      out.write(ByteBuffer.allocate(1), imageBytes - 1);
    }
    return image;
  }

  private long copyFiles(Path root, FileChannel out, long start) throws IOException {
    long at = start;
    if (!Files.isDirectory(root)) {
      return at;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root, new FileVisitOption[0])) {
      files = walk.filter(Files::isRegularFile).filter(Files::isReadable).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path file : files) {
      if (at + Files.size(file) > imageBytes - 1) {
        break;
      }
      try (var in = FileChannel.open(file)) {
        out.position(at);
        long size = in.size();
        long done = 0;
        while (done < size) {
          done += in.transferTo(done, size - done, out);
        }
        at = (at + size + 4095) / 4096 * 4096;
      }
    }
    return at;
  }

  private void run(Path imageFile, Path root) throws IOException {
    Files.createDirectory(root);
    var key = RepositoryKey.generate(secureRandom);
    try (var store = DirectoryObjectStore.open(root);
        var image = FileImage.open(imageFile)) {
      Repository.create(
          store, key, RepositorySettings.DEFAULT, secureRandom, InstantSource.system());
      try (var repository =
          Repository.open(store, key, folder.resolve("cache"), InstantSource.system())) {
        UUID full = backup("full", repository, image, null, imageBytes);
        backup("again, no parent", repository, image, null, imageBytes);
        backup("again, with parent", repository, image, full, imageBytes);
        UUID increment = increment(repository, image, full);
        restore(repository, increment);
        digest(image);
        verify(repository, VerifyMode.QUICK);
        verify(repository, VerifyMode.FULL);
        randomReads(repository, increment);
      }
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static UUID backup(
      String name, Repository repository, FileImage image, @Nullable UUID parent, long bytes)
      throws IOException {
    UUID id = UUID.randomUUID();
    var start = Start.now();
    SnapshotManifest manifest =
        repository.write(
            new SnapshotRequest(id, DOMAIN, parent, Instant.now(), Map.of()),
            image,
            ProgressListener.NONE);
    start.print(name, bytes, "stored %d MB".formatted(manifest.bytesStored() / 1_000_000));
    return id;
  }

  /** New content in 1600 places of 64 KiB, not aligned. */
  private UUID increment(Repository repository, FileImage image, UUID parent) throws IOException {
    var random = new SplittableRandom(1);
    var places = new TreeSet<Long>();
    while (places.size() < 1600) {
      places.add(random.nextLong(imageBytes / 4096 / 16) * 65536 + 4096L * random.nextInt(16));
    }
    var extents = new ArrayList<Extent>();
    long next = 0;
    for (long place : places) {
      long at = Math.max(next, place);
      long end = Math.min(imageBytes, place + 65536);
      if (at >= end) {
        continue;
      }
      if (next < at) {
        extents.add(new Extent(next, at - next, Extent.Kind.ABSENT));
      }
      extents.add(new Extent(at, end - at, Extent.Kind.DATA));
      var bytes = new byte[(int) (end - at)];
      new SplittableRandom(System.nanoTime()).nextBytes(bytes);
      image.write(at, ByteBuffer.wrap(bytes));
      next = end;
    }
    extents.add(new Extent(next, imageBytes - next, Extent.Kind.ABSENT));
    return backup(
        "increment, scattered", repository, image.withExtents(extents), parent, 1600 * 65536L);
  }

  private void restore(Repository repository, UUID id) throws IOException {
    Path file = folder.resolve("restored");
    for (String name : List.of("restore to a new file", "restore over it")) {
      try (var target = FileImage.create(file, imageBytes)) {
        var start = Start.now();
        repository.restore(id, target, ProgressListener.NONE);
        start.print(name, imageBytes, "");
      }
    }
    var start = Start.now();
    repository.restore(id, (_, _) -> {}, ProgressListener.NONE);
    start.print("restore to nowhere", imageBytes, "");
    Files.delete(file);
  }

  private void digest(FileImage image) throws IOException {
    var start = Start.now();
    ContentDigest digest = ContentDigest.of(image, 64 << 10);
    start.print("digest of the image", imageBytes, digest.toString());
  }

  private void verify(Repository repository, VerifyMode mode) throws IOException {
    var start = Start.now();
    VerifyReport report = repository.verify(mode, ProgressListener.NONE);
    start.print(
        "verify " + mode,
        report.chunks() * 65536,
        "%d nodes, %d chunks, %d damaged"
            .formatted(report.nodes(), report.chunks(), report.damage().size()));
  }

  private void randomReads(Repository repository, UUID id) throws IOException {
    var random = new SplittableRandom(2);
    int reads = 5000;
    try (SnapshotImage image = repository.open(id)) {
      var buffer = ByteBuffer.allocate(4096);
      var start = Start.now();
      for (int i = 0; i < reads; i++) {
        image.read(random.nextLong(imageBytes / 4096) * 4096, buffer.clear());
      }
      double micros = (System.nanoTime() - start.nanos()) / 1e3 / reads;
      System.out.printf("%-24s %8.1f us each%n", "random 4 KiB reads", micros);
      var piece = ByteBuffer.allocate(128 << 10);
      var sequentialStart = Start.now();
      for (long at = 0; at < 512L << 20; at += piece.capacity()) {
        image.read(at, piece.clear());
      }
      sequentialStart.print("sequential 128 KiB reads", 512L << 20, "");
    }
  }

  /** A moment, and the processor time this process has taken until then. */
  private record Start(long nanos, long cpuNanos) {
    static Start now() {
      return new Start(System.nanoTime(), cpu());
    }

    private static long cpu() {
      var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      return system.getProcessCpuTime();
    }

    void print(String name, long bytes, String more) {
      double seconds = (System.nanoTime() - nanos) / 1e9;
      double cpuSeconds = (cpu() - cpuNanos) / 1e9;
      System.out.printf(
          "%-24s %7.2f s %6.0f MB/s, %6.2f s of processors: %6.0f MB/s each  %s%n",
          name, seconds, bytes / 1e6 / seconds, cpuSeconds, bytes / 1e6 / cpuSeconds, more);
    }
  }
}
