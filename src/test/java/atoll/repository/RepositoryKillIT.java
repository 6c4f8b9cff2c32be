package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.DirectoryObjectStore;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that write and collect snapshots in one folder, killed again and again. */
final class RepositoryKillIT {
  private static final int ROUNDS = Boolean.getBoolean("atoll.long") ? 100 : 6;

  @TempDir private Path folder;

  private final Map<UUID, SparseVolume> kept = new HashMap<>();

  @Test
  void killedProcessLeavesWholeSnapshots() throws Exception {
    Path root = Files.createDirectory(folder.resolve("store"));
    RepositoryFixture.KEY.writeTo(folder.resolve("key"));
    try (var store = DirectoryObjectStore.open(root)) {
      RepositoryFixture.create(store);
    }
    var random = new SplittableRandom(17);
    for (int round = 0; round < ROUNDS; round++) {
      Process collector = start(round, "collect");
      List<String> acknowledged = runAndKill(round, random.nextInt(1, 12));
      collector.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
      collector.destroyForcibly().waitFor();
      try (var store = DirectoryObjectStore.open(root);
          var repository = open(store, folder)) {
        assertThat(root.resolve(".incoming")).isEmptyDirectory();
        check(repository, round, acknowledged);
        deleteAllButOne(repository, round, acknowledged);
        CollectionReport report =
            repository.collect(CollectionRequest.defaults(), CollectionListener.NONE);
        // What two processes left that died just now is seen to be dead at once.
        assertThat(report.writersAwaited()).isZero();
        assertThat(root.resolve("leases")).isEmptyDirectory();
        assertThat(root.resolve("collectors")).isEmptyDirectory();
        assertThat(bytesOf(repository)).isLessThan(report.bytesLive() * 5 / 4 + 50_000);
        checkKept(repository);
      }
    }
  }

  /** Keeps the last snapshot of a round. */
  private void deleteAllButOne(Repository repository, int round, List<String> acknowledged)
      throws IOException {
    UUID last = UUID.fromString(acknowledged.getLast());
    var life = new Life(round);
    for (int step = 0; step <= last.getLeastSignificantBits(); step++) {
      life.change();
    }
    kept.put(last, life.volume);
    for (SnapshotManifest snapshot : repository.list().manifests()) {
      if (!kept.containsKey(snapshot.id())) {
        repository.delete(snapshot.id());
      }
    }
  }

  private static long bytesOf(Repository repository) throws IOException {
    return repository.stats().storedBytes();
  }

  private void checkKept(Repository repository) throws IOException {
    for (Map.Entry<UUID, SparseVolume> one : kept.entrySet()) {
      SparseVolume restored = RepositoryFixture.restored(repository, one.getKey());
      assertThat(restored.sameContent(one.getValue())).isTrue();
    }
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
  }

  /** Kills the process once it has acknowledged so many snapshots, wherever it is by then. */
  private List<String> runAndKill(int round, int snapshots) throws Exception {
    Process process = start(round, "write");
    var acknowledged = new ArrayList<String>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        if (line.startsWith("written ")) {
          acknowledged.add(line.substring("written ".length()));
        }
        if (acknowledged.size() == snapshots) {
          process.toHandle().destroyForcibly(); // the process itself would close the stream
        }
        line = lines.readLine();
      }
    }
    process.waitFor();
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(snapshots);
    return acknowledged;
  }

  private Process start(int round, String work) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path").replace("\n", File.pathSeparator),
            Child.class.getName(),
            folder.toString(),
            Integer.toString(round),
            work)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void check(Repository repository, int round, List<String> acknowledged)
      throws IOException {
    Map<UUID, SparseVolume> expected = new HashMap<>();
    var life = new Life(round);
    for (int step = 0; step <= acknowledged.size(); step++) {
      life.change();
      expected.put(new UUID(round, step), life.volume.copy());
    }
    var found = repository.list().manifests().stream().map(SnapshotManifest::id).toList();
    assertThat(found).containsAll(acknowledged.stream().map(UUID::fromString).toList());
    for (UUID id : found) {
      if (id.getMostSignificantBits() == round) {
        SparseVolume content = Objects.requireNonNull(expected.get(id));
        assertThat(RepositoryFixture.restored(repository, id).sameContent(content)).isTrue();
      }
    }
    assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage()).isEmpty();
  }

  private static Repository open(DirectoryObjectStore store, Path folder) throws IOException {
    return Repository.open(
        store,
        RepositoryKey.read(folder.resolve("key")),
        folder.resolve("cache"),
        RepositoryFixture.TUNING,
        RepositoryFixture.RANDOM,
        InstantSource.system());
  }

  /** A volume that changes the same way wherever its round is played. */
  private static final class Life {
    private final SplittableRandom random;
    private final SparseVolume volume = new SparseVolume(3_000_000);
    private long firstPage;
    private long endPage;

    private Life(long seed) {
      random = new SplittableRandom(seed);
    }

    private void change() {
      long offset = random.nextInt(2_000_000);
      byte[] content = RepositoryFixture.content(random.nextInt(1, 900_000), random);
      volume.write(offset, ByteBuffer.wrap(content));
      firstPage = offset / SparseVolume.PAGE_BYTES;
      endPage = (offset + content.length) / SparseVolume.PAGE_BYTES + 1;
    }
  }

  /** The process that is killed. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      int round = Integer.parseInt(args[1]);
      try (var store = DirectoryObjectStore.open(folder.resolve("store"));
          var repository = open(store, folder)) {
        if (args[2].equals("collect")) {
          collect(repository);
        }
        var life = new Life(round);
        UUID parent = null;
        for (int step = 0; ; step++) {
          life.change();
          var id = new UUID(round, step);
          SparseVolume.Layer layer =
              life.volume.layer().mark(life.firstPage, life.endPage, Extent.Kind.DATA);
          repository.write(RepositoryFixture.request(id, parent), layer, ProgressListener.NONE);
          System.out.println("written " + id);
          parent = id;
        }
      }
    }

    /** Collects again and again, not waiting long for the writer. */
    private static void collect(Repository repository) throws IOException {
      var request = new CollectionRequest(Set.of(), false, false, Duration.ofMillis(50));
      while (true) {
        repository.collect(request, CollectionListener.NONE);
      }
    }
  }
}
