package atoll.objectstore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a bucket or container elsewhere: what Swift and S3 have in common.
 *
 * <p>Sends a bounded number of requests at once, and tries again what may pass by itself; see
 * {@link Retries}.
 */
public final class RemoteObjectStore implements ObjectStore {
  /** What {@link #putsConditionally} is found out with. */
  private static final String PROBE = "conditional-put";

  /**
   * What {@link #inFlightMax} is where nobody said it: twice what proxies and servers wait for each
   * other before they give a request up, 60 s as they come (HAProxy, nginx, Swift's {@code
   * client_timeout}).
   */
  public static final Duration IN_FLIGHT_MAX = Duration.ofMinutes(2);

  private final StoreClient client;
  private final String prefix;
  private final Semaphore connections;
  private final Retries retries;
  private final Duration inFlightMax;

  /** Null until somebody wants to know. */
  private @Nullable Boolean putsConditionally;

  RemoteObjectStore(
      StoreClient client, String prefix, Traffic traffic, Retries retries, Duration inFlightMax) {
    this.client = client;
    this.prefix = prefix;
    this.connections = new Semaphore(traffic.connectionsMax());
    this.retries = retries;
    this.inFlightMax = inFlightMax;
  }

  /**
   * Opens the store behind {@code client}, which is closed with it.
   *
   * @param prefix what the names of all objects begin with: empty, or with a slash at its end
   * @param inFlightMax see {@link #inFlightMax}
   * @throws IOException if it cannot be used: the message says why
   */
  public static RemoteObjectStore open(
      StoreClient client, String prefix, Traffic traffic, Duration inFlightMax) throws IOException {
    client.check(); // once: who typed a wrong address wants to know it now
    var retries = new Retries(Pauses.SLEEP, RandomGenerator.getDefault());
    return new RemoteObjectStore(client, prefix, traffic, retries, inFlightMax);
  }

  @Override
  public void put(String key, ByteBuffer content) throws IOException {
    String name = nameOf(key);
    send(() -> {
      client.put(name, content);
      return true;
    });
    content.position(content.limit());
  }

  @Override
  public Optional<ConditionalPut> conditionalPut() throws IOException {
    return putsConditionally() ? Optional.of(this::putNew) : Optional.empty();
  }

  private synchronized boolean putsConditionally() throws IOException {
    if (putsConditionally == null) {
      putsConditionally = heedsConditions();
    }
    return putsConditionally;
  }

  private boolean heedsConditions() throws IOException {
    try {
      // The first may be new; the second cannot be, where conditions are heeded.
      putNew(PROBE, ByteBuffer.allocate(1));
      return !putNew(PROBE, ByteBuffer.allocate(1));
    } catch (RefusedConditionException e) {
      return false;
    }
  }

  private boolean putNew(String key, ByteBuffer content) throws IOException {
    String name = nameOf(key);
    boolean isNew = send(() -> client.putNew(name, content));
    if (isNew) {
      content.position(content.limit());
    }
    return isNew;
  }

  @Override
  public ByteBuffer get(String key, int bytesMax) throws IOException {
    String name = nameOf(key);
    return send(() -> client.get(name, bytesMax));
  }

  @Override
  public void get(String key, long offsetBytes, ByteBuffer destination) throws IOException {
    String name = nameOf(key);
    if (!destination.hasRemaining()) {
      if (!exists(key)) {
        throw new NoSuchObjectException(toString(), key);
      }
      return;
    }
    send(() -> {
      client.get(name, offsetBytes, destination);
      return true;
    });
    destination.position(destination.limit());
  }

  @Override
  public void delete(String key) throws IOException {
    String name = nameOf(key);
    send(() -> {
      client.delete(name);
      return true;
    });
  }

  @Override
  public boolean exists(String key) throws IOException {
    String name = nameOf(key);
    return send(() -> client.exists(name));
  }

  @Override
  public void list(String prefix, ObjectVisitor visitor) throws IOException {
    String names = this.prefix + ObjectKeys.checkedPrefix(prefix);
    String after = "";
    boolean isLast;
    do {
      String from = after;
      ListedPage page = send(() -> client.list(names, from));
      for (ListedPage.Entry entry : page.entries()) {
        String key = entry.name().substring(this.prefix.length());
        if (ObjectKeys.isKey(key)) { // others are not ours
          visitor.visit(key, entry.sizeBytes());
        }
        after = entry.name();
      }
      isLast = page.isLast();
    } while (!isLast);
  }

  @Override
  public Duration listingDelay() {
    return client.listingDelay();
  }

  @Override
  public Duration inFlightMax() {
    return inFlightMax;
  }

  @Override
  public void close() {
    client.close();
  }

  @Override
  public String toString() {
    return prefix.isEmpty() ? client.toString() : prefix + " in " + client;
  }

  private String nameOf(String key) {
    return prefix + ObjectKeys.checked(key);
  }

  private <T> T send(Retries.Attempt<T> attempt) throws IOException {
    return retries.run(() -> {
      acquireConnection();
      try {
        return attempt.run();
      } finally {
        connections.release();
      }
    });
  }

  private void acquireConnection() throws InterruptedIOException {
    try {
      connections.acquire();
    } catch (InterruptedException e) {
      throw Interruption.of("the wait for a connection", e);
    }
  }
}
