package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writers, readers, deleters and collectors of several processes at once, which die here and there,
 * or stand still, on a store whose listings lag and whose calls fail, lose their answers and arrive
 * twice: nothing that was reported is lost, and in the end nothing is left that nobody needs.
 */
final class CollectorTrialsTest {
  private static final Duration LISTING_DELAY = Duration.ofSeconds(30);

  @TempDir private Path cache;

  static LongStream seeds() {
    Long one = Long.getLong("atoll.seed");
    int count = Integer.getInteger("atoll.seeds", Boolean.getBoolean("atoll.long") ? 3000 : 30);
    return one != null ? LongStream.of(one) : LongStream.range(0, count);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingIsLostAndNothingIsLeft(long seed) throws Exception {
    new Trial(seed, cache).run();
  }

  private static final class Trial {
    private static final int PROCESSES = 3;
    private static final int STEPS = 12;
    private static final int CALLS_PER_STALL = 100;
    private static final Duration STALL_MAX = Duration.ofMinutes(8);

    private final long seed;
    private final Path cache;
    private final ConditionalPuts conditionalPuts;
    private final LaggingObjectStore store;
    private final RepositoryTuning tuning;
    private final AtomicInteger writing = new AtomicInteger(PROCESSES);
    private final ThreadLocal<Boolean> collecting = ThreadLocal.withInitial(() -> false);
    private final AtomicInteger caches = new AtomicInteger();

    /** What was reported as taken and not yet asked to be deleted. */
    private final Map<UUID, SparseVolume> reported = new ConcurrentHashMap<>();

    private Trial(long seed, Path cache) throws IOException {
      var random = new SplittableRandom(seed);
      this.seed = seed;
      this.cache = cache;
      Duration delay = random.nextInt(4) == 0 ? Duration.ZERO : LISTING_DELAY;
      double troublePart = random.nextInt(3) * 0.01;
      this.conditionalPuts = ConditionalPuts.of(random.nextLong());
      this.store = new LaggingObjectStore(seed, delay, troublePart, conditionalPuts);
      int recordsMax = random.nextBoolean() ? 4 : 4000;
      this.tuning =
          new RepositoryTuning(
              1, 128 << 10, 2, 64 << 10, 3, 256 << 10, recordsMax, Duration.ofMinutes(3));
      RepositoryFixture.create(store);
    }

    private Repository open(FaultyObjectStore own, String name) throws IOException {
      return Repository.open(
          own,
          RepositoryFixture.KEY,
          cache.resolve(seed + name),
          tuning,
          RepositoryFixture.RANDOM,
          store.clock(),
          store::sleep);
    }

    private void run() throws Exception {
      store.pass(Duration.ofHours(1));
      store.calm(false);
      var lives = new ArrayList<Callable<Object>>();
      for (int i = 0; i < PROCESSES; i++) {
        var random = new SplittableRandom(1000 * seed + i);
        String name = "-host-" + i;
        lives.add(() -> write(random, name));
      }
      for (int i = 1; i <= 2; i++) {
        long stalls = 1000 * seed + 500 + i;
        String name = "-collector-" + i;
        lives.add(() -> collect(stalls, name));
      }
      lives.add(() -> read(new SplittableRandom(seed)));
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Object>> running = lives.stream().map(threads::submit).toList();
        for (Future<Object> life : running) {
          life.get();
        }
      }
      store.calm(true);
      checkAll();
      nothingIsLeft();
    }

    /** Writes and deletes snapshots in processes that die here and there. */
    private @Nullable Object write(SplittableRandom random, String name) throws IOException {
      try {
        FaultyObjectStore process = process(random.nextLong());
        Repository repository = opened(process, name);
        var volume = new Volume(random);
        for (int step = 0; step < STEPS; step++) {
          if (random.nextInt(6) == 0) {
            long last = process.calls() + random.nextInt(40);
            FaultyObjectStore.Plan stalls = stalls(random.nextLong());
            process.follow(
                call -> call.number() > last ? FaultyObjectStore.Fate.KILL : stalls.fateOf(call));
          }
          try {
            step(repository, volume);
            if (random.nextInt(6) == 0) { // as a service does, which knows of its own writings
              collect(repository);
            }
          } catch (CollectorBusyException e) {
            // another does
          } catch (IOException e) {
            if (!isDeath(e)) {
              requireExplained(e);
              continue;
            }
            repository.close();
            process = process(random.nextLong());
            repository = opened(process, name);
          }
        }
        repository.close();
      } finally {
        writing.decrementAndGet();
      }
      return null;
    }

    /** A process that stands still here and there, for longer than its leases and claims last. */
    private FaultyObjectStore process(long stalls) {
      var process = new FaultyObjectStore(store);
      process.follow(stalls(stalls));
      return process;
    }

    /**
     * A collector stands still only where the store can put conditionally: where it cannot, one
     * that did may take the place of another's records, as docs/repository-format.md says.
     */
    private boolean mayStall() {
      return conditionalPuts != ConditionalPuts.NONE || !collecting.get();
    }

    private FaultyObjectStore.Plan stalls(long seed) {
      var random = new SplittableRandom(seed);
      return _ -> {
        Duration stall = Duration.ZERO;
        synchronized (random) {
          if (random.nextInt(CALLS_PER_STALL) == 0 && mayStall()) {
            stall = STALL_MAX.multipliedBy(random.nextInt(100)).dividedBy(100);
          }
        }
        try {
          store.sleep(stall);
        } catch (InterruptedIOException e) {
          throw new UncheckedIOException(e);
        }
        return FaultyObjectStore.Fate.PASS;
      };
    }

    private Repository opened(FaultyObjectStore process, String name) throws IOException {
      while (true) {
        try {
          return open(process, name);
        } catch (IOException e) {
          assertThat(e).as("seed %d", seed).hasStackTraceContaining("trouble: ");
        }
      }
    }

    /** A volume of one process, and the last of its snapshots that can be a parent. */
    private static final class Volume {
      private final SplittableRandom random;
      private final SparseVolume content;
      private final Map<UUID, SparseVolume> own = new HashMap<>();

      private Volume(SplittableRandom random) {
        this.random = random;
        this.content = new SparseVolume(300L * RepositoryFixture.CHUNK);
      }
    }

    private void step(Repository repository, Volume volume) throws IOException {
      SplittableRandom random = volume.random;
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        // Of few seeds: what was stored before, and perhaps condemned, comes again.
        var content = new SplittableRandom(random.nextInt(6));
        int chunk = random.nextInt(20) * (random.nextInt(3) == 0 ? 14 : 1);
        byte[] bytes =
            RepositoryFixture.content(random.nextInt(1, 6) * RepositoryFixture.CHUNK, content);
        volume.content.write((long) chunk * RepositoryFixture.CHUNK, ByteBuffer.wrap(bytes));
      }
      UUID id = new UUID(seed, random.nextLong());
      UUID parent =
          volume.own.isEmpty() || random.nextInt(4) == 0
              ? null
              : List.copyOf(volume.own.keySet()).get(random.nextInt(volume.own.size()));
      SparseVolume.Layer image = volume.content.whole();
      if (parent != null) {
        SparseVolume before = Objects.requireNonNull(volume.own.get(parent));
        image = volume.content.layer();
        for (long page : volume.content.pagesOfBoth(before)) {
          if (!volume.content.samePage(page, before)) {
            image.mark(page, page + 1, Extent.Kind.DATA);
          }
        }
      }
      write(repository, id, parent, image);
      SparseVolume copy = volume.content.copy();
      reported.put(id, copy);
      volume.own.put(id, copy);
      while (volume.own.size() > random.nextInt(4)) {
        UUID old = List.copyOf(volume.own.keySet()).get(random.nextInt(volume.own.size()));
        volume.own.remove(old);
        reported.remove(old);
        repository.delete(old);
      }
    }

    /** Tries a few times, as a service would. */
    private static void write(
        Repository repository, UUID id, @Nullable UUID parent, SparseVolume.Layer image)
        throws IOException {
      for (int attempt = 1; ; attempt++) {
        try {
          repository.write(RepositoryFixture.request(id, parent), image, ProgressListener.NONE);
          return;
        } catch (IOException e) {
          if (isDeath(e) || attempt == 4) {
            throw e;
          }
        }
      }
    }

    private @Nullable Object collect(long stalls, String name) throws IOException {
      Repository repository = opened(process(stalls), name);
      while (writing.get() > 0) {
        try {
          collect(repository);
        } catch (CollectorBusyException e) {
          store.sleep(Duration.ofSeconds(20));
        } catch (IOException e) {
          requireExplained(e);
        }
      }
      repository.close();
      return null;
    }

    /**
     * What a collector meets that is not its own fault; that it cannot tell what is in use never
     * is.
     */
    private void requireExplained(IOException e) {
      assertThat(e)
          .as("seed %d, where these are there: %s", seed, reported.keySet())
          .isNotInstanceOf(CannotCollectException.class)
          .satisfiesAnyOf(
              one -> assertThat(one).hasStackTraceContaining("trouble: "),
              one -> assertThat(one).hasMessageContaining("collector was silent"),
              one -> assertThat(one).hasMessageContaining("written by another collector"));
    }

    private CollectionReport collect(Repository repository) throws IOException {
      collecting.set(true);
      try {
        return repository.collect(
            new CollectionRequest(Set.of(), false, false, Duration.ofMinutes(10)),
            CollectionListener.NONE);
      } finally {
        collecting.remove();
      }
    }

    private @Nullable Object read(SplittableRandom random) throws IOException {
      Repository repository = opened(new FaultyObjectStore(store), "-reader");
      while (writing.get() > 0) {
        store.sleep(Duration.ofSeconds(5));
        List<UUID> ids = List.copyOf(reported.keySet());
        if (ids.isEmpty()) {
          continue;
        }
        UUID id = ids.get(random.nextInt(ids.size()));
        SparseVolume expected = reported.get(id);
        try {
          SparseVolume restored = RepositoryFixture.restored(repository, id);
          if (expected != null) {
            assertThat(restored.sameContent(expected)).as("seed %d: %s", seed, id).isTrue();
          }
        } catch (DamagedObjectException | NoSuchSnapshotException e) {
          assertThat(reported).as("seed %d: %s", seed, e).doesNotContainKey(id);
        } catch (IOException e) {
          assertThat(e).as("seed %d", seed).hasStackTraceContaining("trouble: ");
        }
      }
      repository.close();
      return null;
    }

    private void checkAll() throws IOException {
      var process = new FaultyObjectStore(store);
      try (var repository = open(process, "-check-" + caches.incrementAndGet())) {
        for (Map.Entry<UUID, SparseVolume> snapshot : reported.entrySet()) {
          SparseVolume restored = RepositoryFixture.restored(repository, snapshot.getKey());
          assertThat(restored.sameContent(snapshot.getValue()))
              .as("seed %d: %s", seed, snapshot.getKey())
              .isTrue();
        }
        VerifyReport report =
            repository.verify(reported.keySet(), VerifyMode.FULL, ProgressListener.NONE);
        assertThat(report.damage()).as("seed %d", seed).isEmpty();
      }
    }

    /** When all is quiet, what nobody needs goes. */
    private void nothingIsLeft() throws IOException {
      store.pass(Duration.ofHours(10));
      var process = new FaultyObjectStore(store);
      try (var repository = open(process, "-check-" + caches.incrementAndGet())) {
        var doubtful = new HashSet<UUID>();
        repository.list().manifests().forEach(manifest -> doubtful.add(manifest.id()));
        assertThat(doubtful).as("seed %d", seed).containsAll(reported.keySet());
        doubtful.removeAll(reported.keySet());
        for (UUID id : doubtful) {
          repository.delete(id);
        }
        store.pass(LISTING_DELAY.multipliedBy(2));
        CollectionReport first = collect(repository);
        store.pass(LISTING_DELAY.multipliedBy(2));
        CollectionReport second = collect(repository);
        store.pass(LISTING_DELAY.multipliedBy(2));
        assertThat(first.writersAwaited()).isZero();
        assertThat(second.snapshots()).isEqualTo(reported.size());
        assertThat(RepositoryFixture.keys(store, "leases/")).as("seed %d", seed).isEmpty();
        assertThat(RepositoryFixture.keys(store, "collectors/")).as("seed %d", seed).isEmpty();
        assertThat(RepositoryFixture.keys(store, "condemned/"))
            .as("seed %d", seed)
            .hasSizeLessThanOrEqualTo(2);
        var packsBytes = new long[1];
        store.list("packs/", (_, bytes) -> packsBytes[0] += bytes);
        assertThat(packsBytes[0])
            .as("seed %d: bytes of packs, of which %d live", seed, second.bytesLive())
            .isLessThanOrEqualTo(second.bytesLive() * 5 / 4 + 20_000);
        tombstonesGo(repository);
      }
      checkAll();
    }

    private void tombstonesGo(Repository repository) throws IOException {
      for (int month = 0; month < 3; month++) {
        store.pass(Duration.ofDays(32));
        collect(repository);
      }
      store.pass(LISTING_DELAY.multipliedBy(2));
      assertThat(RepositoryFixture.keys(store, "deleted/")).as("seed %d", seed).isEmpty();
    }
  }

  private static boolean isDeath(@Nullable Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).startsWith("fault: KILL")) {
        return true;
      }
    }
    return false;
  }
}
