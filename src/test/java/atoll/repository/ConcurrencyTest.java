package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Operation;
import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many at once, and what stops in the middle. */
@Timeout(60)
final class ConcurrencyTest {
  @TempDir private Path cache;

  @Test
  void writersOfSeveralProcessesDoNotDisturbEachOther() throws Exception {
    MemoryObjectStore store = RepositoryFixture.newStore();
    Map<UUID, SparseVolume> written = new ConcurrentHashMap<>();
    try (var first = RepositoryFixture.open(store, cache.resolve("host-1"));
        var second = RepositoryFixture.open(store, cache.resolve("host-2"));
        var third = RepositoryFixture.open(store, cache.resolve("host-2"))) {
      var lives = new ArrayList<Callable<Object>>();
      for (int i = 0; i < 9; i++) {
        Repository repository = List.of(first, second, third).get(i % 3);
        int seed = i;
        lives.add(() -> life(repository, new SplittableRandom(seed / 3), seed, written));
      }
      runAll(lives);
    }
    try (var repository = RepositoryFixture.open(store, cache.resolve("host-3"))) {
      assertThat(repository.list().manifests()).hasSize(written.size());
      for (Map.Entry<UUID, SparseVolume> snapshot : written.entrySet()) {
        assertThat(
                RepositoryFixture.restored(repository, snapshot.getKey())
                    .sameContent(snapshot.getValue()))
            .isTrue();
      }
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).isClean()).isTrue();
    }
  }

  /** Three snapshots of a volume; lives of one seed have the same content. */
  private static Object life(
      Repository repository, SplittableRandom random, int number, Map<UUID, SparseVolume> written)
      throws IOException {
    SparseVolume volume = RepositoryFixture.volume(60, random);
    UUID parent = RepositoryFixture.write(repository, volume);
    written.put(parent, volume.copy());
    for (int i = 0; i < 2; i++) {
      long page = random.nextInt(100) * 8L;
      volume.write(
          page * SparseVolume.PAGE_BYTES,
          ByteBuffer.wrap(RepositoryFixture.content(40 * SparseVolume.PAGE_BYTES, random)));
      SparseVolume.Layer layer = volume.layer().mark(page, page + 40, Extent.Kind.DATA);
      var id = new UUID(number, i);
      repository.write(RepositoryFixture.request(id, parent), layer, ProgressListener.NONE);
      written.put(id, volume.copy());
      parent = id;
    }
    return parent;
  }

  @Test
  void twoWritersOfOneSnapshotAgree() throws Exception {
    for (int round = 0; round < 20; round++) {
      MemoryObjectStore store = RepositoryFixture.newStore();
      SparseVolume volume = RepositoryFixture.volume(10, new SplittableRandom(round));
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      try (var first = RepositoryFixture.open(store, cache.resolve("host-1"));
          var second = RepositoryFixture.open(store, cache.resolve("host-2"))) {
        runAll(
            List.of(
                () -> first.write(request, volume.whole(), ProgressListener.NONE),
                () -> second.write(request, volume.whole(), ProgressListener.NONE)));
        SparseVolume restored = RepositoryFixture.restored(first, request.id());
        assertThat(restored.sameContent(volume)).isTrue();
        assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
      }
    }
  }

  @Test
  void readersShareAnImage() throws Exception {
    MemoryObjectStore store = RepositoryFixture.newStore();
    SparseVolume volume = RepositoryFixture.volume(300, new SplittableRandom(1));
    try (var repository = RepositoryFixture.open(store, cache)) {
      UUID id = RepositoryFixture.write(repository, volume);
      try (SnapshotImage image = repository.open(id)) {
        var readers = new ArrayList<Callable<Object>>();
        for (int i = 0; i < 8; i++) {
          int seed = i;
          readers.add(() -> readAtRandom(image, volume, new SplittableRandom(seed)));
        }
        runAll(readers);
      }
    }
  }

  private static Object readAtRandom(
      SnapshotImage image, SparseVolume volume, SplittableRandom random) throws IOException {
    long at = 0;
    for (int i = 0; i < 100; i++) {
      at = i % 10 < 5 ? at : random.nextLong(volume.sizeBytes());
      int length = (int) Math.min(volume.sizeBytes() - at, random.nextInt(100_000));
      var bytes = ByteBuffer.allocate(length);
      image.read(at, bytes);
      assertThat(bytes.array()).isEqualTo(volume.bytes(at, length));
      at += length;
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interruptedReaderDoesNotFailTheOthers(boolean isTableRead) throws Exception {
    var store = new FaultyObjectStore(RepositoryFixture.newStore());
    SparseVolume volume = RepositoryFixture.volume(4, new SplittableRandom(1));
    try (var repository = RepositoryFixture.open(store, cache)) {
      UUID id = RepositoryFixture.write(repository, volume);
      try (SnapshotImage image = repository.open(id)) {
        if (isTableRead) {
          image.read(3L * RepositoryFixture.CHUNK, ByteBuffer.allocate(1));
        }
        store.stop();
        var first = start(() -> read(image));
        store.awaitWaiting(1);
        var second = start(() -> read(image));
        first.thread.interrupt();
        assertThatThrownBy(first.task::get).hasCauseInstanceOf(InterruptedIOException.class);
        store.resume();
        assertThat(second.task.get()).isEqualTo(volume.bytes(0, RepositoryFixture.CHUNK));
      }
    }
  }

  private static byte[] read(SnapshotImage image) throws IOException {
    var bytes = ByteBuffer.allocate(RepositoryFixture.CHUNK);
    image.read(0, bytes);
    return bytes.array();
  }

  @Test
  void interruptEndsAWritingThatReads() throws Exception {
    MemoryObjectStore store = RepositoryFixture.newStore();
    SparseVolume volume = RepositoryFixture.volume(200, new SplittableRandom(1));
    var reading = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    SparseVolume.Layer slow =
        volume
            .whole()
            .onRead(offset -> {
              if (offset > 0) {
                reading.countDown();
                awaitUninterrupted(mayGoOn);
              }
            });
    try (var repository = RepositoryFixture.open(store, cache)) {
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      var writing = start(() -> repository.write(request, slow, ProgressListener.NONE));
      reading.await();
      writing.thread.interrupt();
      mayGoOn.countDown();
      assertInterrupted(writing, store);
      repository.write(request, volume.whole(), ProgressListener.NONE);
    }
  }

  @Test
  void interruptEndsAWritingWhosePacksAreOnTheirWay() throws Exception {
    MemoryObjectStore memory = RepositoryFixture.newStore();
    var store = new FaultyObjectStore(memory);
    SparseVolume volume = RepositoryFixture.volume(200, new SplittableRandom(1));
    try (var repository = RepositoryFixture.open(store, cache)) {
      store.follow(call -> {
        if (call.operation() == Operation.PUT && call.key().startsWith("leases/")) {
          store.stop(); // from the next call on
        }
        return FaultyObjectStore.Fate.PASS;
      });
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      var writing = start(() -> repository.write(request, volume.whole(), ProgressListener.NONE));
      store.awaitWaiting(1);
      writing.thread.interrupt();
      store.follow(_ -> FaultyObjectStore.Fate.PASS);
      store.resume();
      assertInterrupted(writing, memory);
    }
  }

  private static void assertInterrupted(Started<?> writing, MemoryObjectStore store)
      throws Exception {
    assertThatThrownBy(writing.task::get).hasCauseInstanceOf(InterruptedIOException.class);
    assertThat(RepositoryFixture.keys(store, "snapshots/")).isEmpty();
    assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
    writing.thread.join();
  }

  @Test
  void slowStoreHoldsTheReadingBack() throws Exception {
    var store = new FaultyObjectStore(RepositoryFixture.newStore());
    SparseVolume volume = RepositoryFixture.volume(2000, new SplittableRandom(1));
    var reads = new AtomicInteger();
    var firstPack = new CountDownLatch(1);
    try (var repository = RepositoryFixture.open(store, cache)) {
      store.follow(call -> {
        if (call.key().startsWith("packs/") && call.operation() == Operation.PUT) {
          store.stop();
          firstPack.countDown();
        }
        return FaultyObjectStore.Fate.PASS;
      });
      SparseVolume.Layer counted = volume.whole().onRead(_ -> reads.incrementAndGet());
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      var writing = start(() -> repository.write(request, counted, ProgressListener.NONE));
      firstPack.await();
      store.awaitWaiting(1);
      // Two packs on their way, one in the making, and all batches: 4 chunks each.
      int packChunks = 3 * RepositoryFixture.TUNING.packBytes() / (RepositoryFixture.CHUNK / 4);
      int batches = 2 * RepositoryFixture.TUNING.workers() + 2;
      store.follow(_ -> FaultyObjectStore.Fate.PASS);
      assertThat(reads.get()).isLessThanOrEqualTo(packChunks / 4 + batches + 4);
      store.resume();
      writing.task.get();
    }
  }

  @Test
  void failingImageFailsTheWritingWithItsCause() throws IOException {
    MemoryObjectStore store = RepositoryFixture.newStore();
    SparseVolume volume = RepositoryFixture.volume(200, new SplittableRandom(1));
    try (var repository = RepositoryFixture.open(store, cache)) {
      SparseVolume.Layer failing =
          volume
              .whole()
              .onRead(offset -> {
                if (offset > 1_000_000) {
                  throw new UncheckedIOException(new IOException("sector not found"));
                }
              });
      var request = RepositoryFixture.request(UUID.randomUUID(), null);
      assertThatThrownBy(() -> repository.write(request, failing, ProgressListener.NONE))
          .hasStackTraceContaining("sector not found");
      assertThat(RepositoryFixture.keys(store, "snapshots/")).isEmpty();
      assertThat(RepositoryFixture.keys(store, "leases/")).isEmpty();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("atoll-"));
    }
  }

  @Test
  void failingTargetFailsTheRestore() throws IOException {
    MemoryObjectStore store = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(store, cache)) {
      UUID id =
          RepositoryFixture.write(
              repository, RepositoryFixture.volume(200, new SplittableRandom(1)));
      assertThatThrownBy(() ->
              repository.restore(
                  id,
                  (_, _) -> {
                    throw new IOException("disk full");
                  },
                  ProgressListener.NONE))
          .isInstanceOf(IOException.class)
          .hasMessage("disk full");
    }
  }

  private record Started<T>(Thread thread, FutureTask<T> task) {}

  private static <T> Started<T> start(Callable<T> work) {
    var task = new FutureTask<>(work);
    return new Started<>(Thread.ofPlatform().start(task), task);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("a worker was interrupted", e);
    }
  }

  private static void runAll(List<? extends Callable<?>> work) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var futures = new ArrayList<Future<?>>();
      work.forEach(one -> futures.add(threads.submit(one)));
      for (Future<?> future : futures) {
        try {
          future.get();
        } catch (ExecutionException e) {
          throw new AssertionError(e.getCause());
        }
      }
    }
  }
}
