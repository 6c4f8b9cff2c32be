package atoll.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A store in memory behind a bad network: one in so many requests fails for the moment, half of
 * those after they were done.
 */
final class FlakyStoreClient implements StoreClient {
  private static final int PAGE = 7;

  private final MemoryObjectStore store;
  private final RandomGenerator random;
  private final int oneIn;
  private final List<String> foreign = new ArrayList<>();
  private Runnable onEach = () -> {};

  FlakyStoreClient(MemoryObjectStore store, RandomGenerator random, int oneIn) {
    this.store = store;
    this.random = random;
    this.oneIn = oneIn;
  }

  /** Shows an object that is not Atoll's. */
  void foreign(String name) {
    foreign.add(name);
  }

  /** Is run at each request. */
  void onEach(Runnable action) {
    onEach = action;
  }

  @FunctionalInterface
  private interface Request<T> {
    T send() throws IOException;
  }

  private <T> T send(String name, Request<T> request) throws IOException {
    onEach.run();
    boolean fails = nextInt(oneIn) == 0;
    if (fails && nextInt(2) == 0) {
      throw new TemporaryFailureException(name + ": not sent");
    }
    T answer = request.send();
    if (fails) {
      throw new TemporaryFailureException(name + ": answer lost");
    }
    return answer;
  }

  private synchronized int nextInt(int bound) {
    return random.nextInt(bound);
  }

  @Override
  public void check() {}

  @Override
  public void create() {}

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    send(
        name,
        () -> {
          store.put(name, content.duplicate());
          return true;
        });
  }

  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    return send(name, () -> store.conditionalPut().orElseThrow().putNew(name, content.duplicate()));
  }

  @Override
  public ByteBuffer get(String name, int bytesMax) throws IOException {
    return send(name, () -> store.get(name, bytesMax));
  }

  @Override
  public void get(String name, long offsetBytes, ByteBuffer destination) throws IOException {
    send(
        name,
        () -> {
          store.get(name, offsetBytes, destination.duplicate());
          return true;
        });
  }

  @Override
  public void delete(String name) throws IOException {
    send(
        name,
        () -> {
          store.delete(name);
          return true;
        });
  }

  @Override
  public boolean exists(String name) throws IOException {
    return send(name, () -> store.exists(name));
  }

  @Override
  public ListedPage list(String prefix, String after) throws IOException {
    return send(
        prefix,
        () -> {
          var sorted = new TreeMap<String, Long>();
          store.list(prefix, sorted::put);
          foreign.forEach(name -> sorted.put(name, 1L));
          List<ListedPage.Entry> entries =
              sorted.tailMap(after, false).entrySet().stream()
                  .limit(PAGE)
                  .map(each -> new ListedPage.Entry(each.getKey(), each.getValue()))
                  .toList();
          return new ListedPage(entries, entries.size() < PAGE);
        });
  }

  @Override
  public Duration listingDelay() {
    return Duration.ZERO;
  }

  @Override
  public void close() {}
}
