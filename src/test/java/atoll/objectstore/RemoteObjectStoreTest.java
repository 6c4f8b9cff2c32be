package atoll.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A remote store of which a third of all requests fails, half of those after they were done. */
class RemoteObjectStoreTest extends ObjectStoreContract {
  private final Random random = new Random(4711);
  private final List<Duration> pauses = new ArrayList<>();

  @Override
  protected ObjectStore openEmpty() {
    return over(new FlakyStoreClient(new MemoryObjectStore(), random, 3));
  }

  private RemoteObjectStore over(StoreClient client) {
    var retries = new Retries(pauses::add, random);
    return new RemoteObjectStore(
        client, "some/where/", Traffic.DEFAULT, retries, RemoteObjectStore.IN_FLIGHT_MAX);
  }

  @Override
  protected boolean answersGetLost() {
    return true;
  }

  @Test
  void whatFailsForeverIsGivenUpAfterAboutMinute() {
    RemoteObjectStore store = over(new FlakyStoreClient(new MemoryObjectStore(), random, 1));
    assertThatThrownBy(() -> store.put("a/b", ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(TemporaryFailureException.class)
        .hasMessageContaining("a/b")
        .hasMessageContaining("given up after 10 attempts");
    Duration waited = pauses.stream().reduce(Duration.ZERO, Duration::plus);
    assertThat(waited).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(70));
  }

  @Test
  void whatWillNotPassIsNotTriedAgain() {
    RemoteObjectStore store = over(new FlakyStoreClient(new MemoryObjectStore(), random, 1000));
    assertThatThrownBy(() -> store.get("a/b", 10)).isInstanceOf(NoSuchObjectException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void namesThatAreNoKeysAreOthersBusiness() throws IOException {
    var client = new FlakyStoreClient(new MemoryObjectStore(), random, 1000);
    client.foreign("some/where/Read Me.txt");
    RemoteObjectStore store = over(client);
    store.put("a", ByteBuffer.allocate(1));
    var seen = new ArrayList<String>();
    store.list("", (key, _) -> seen.add(key));
    assertThat(seen).containsExactly("a");
  }

  @Test
  void rateIsKeptOverTime() throws IOException {
    var now = new AtomicLong(5_000_000_000L);
    var bandwidth = new Bandwidth(1_000_000, now::get, length -> now.addAndGet(length.toNanos()));
    for (int i = 0; i < 1000; i++) {
      bandwidth.acquire(10_000);
    }
    assertThat(now.get() - 5_000_000_000L).isBetween(9_900_000_000L, 10_000_000_000L);
    now.addAndGet(60_000_000_000L); // a pause earns no more than a moment's burst
    long before = now.get();
    for (int i = 0; i < 100; i++) {
      bandwidth.acquire(10_000);
    }
    assertThat(now.get() - before).isBetween(900_000_000L, 1_000_000_000L);
  }

  @Test
  void requestsAtOnceAreBounded() throws Exception {
    var atOnce = new AtomicInteger();
    var most = new AtomicInteger();
    var client = new FlakyStoreClient(new MemoryObjectStore(), random, 1000);
    client.onEach(() -> {
      most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      LockSupport.parkNanos(1000);
      atOnce.decrementAndGet();
    });
    var store =
        new RemoteObjectStore(
            client,
            "",
            new Traffic(3, Traffic.UNLIMITED, Traffic.DEFAULT.timeout()),
            new Retries(pauses::add, random),
            RemoteObjectStore.IN_FLIGHT_MAX);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> asked =
          IntStream.range(0, 200)
              .<Callable<Boolean>>mapToObj(i -> () -> store.exists("k" + i))
              .toList();
      for (Future<Boolean> each : threads.invokeAll(asked)) {
        assertThat(each.get()).isFalse();
      }
    }
    assertThat(most.get()).isBetween(1, 3);
  }
}
