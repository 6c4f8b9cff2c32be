package atoll.objectstore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory, on a store as bad as a store may be, in a time of its own.
 *
 * <p>A listing lacks up to half of what was put, and still shows what was deleted, within the
 * listing delay. Calls fail, before they are done or after; a put or a delete that failed, or one
 * that did not, may arrive again later. Time goes on with every call, by up to {@link #CALL_MAX},
 * and while somebody sleeps.
 */
public final class LaggingObjectStore implements ObjectStore {
  private static final Duration CALL_MAX = Duration.ofMillis(900);

  /** How much later a put or a delete may arrive once more. */
  private static final Duration LATE_MAX = Duration.ofSeconds(40);

  /** How it puts where nothing is. */
  public enum ConditionalPuts {
    /** Not at all. */
    NONE,
    /** Of two that are being done at the same moment both may succeed. */
    LOOSE,
    /** One succeeds. */
    EXACT;

    /** One of them, by a seed. */
    public static ConditionalPuts of(long seed) {
      return List.of(NONE, LOOSE, EXACT).get(Math.floorMod(seed, 3));
    }
  }

  /** What was there before a change, if anything was. */
  private record Change(Instant at, @Nullable ByteBuffer before) {}

  /** A put that arrives, or, without content, a delete. */
  private record Late(
      Instant at, String key, @Nullable ByteBuffer content, boolean isConditional) {}

  private final Duration delay;
  private final double troublePart;
  private final ConditionalPuts conditionalPuts;
  private final SplittableRandom random;
  private final TreeMap<String, ByteBuffer> objects = new TreeMap<>();
  private final Map<String, Change> changes = new HashMap<>();
  private final List<Late> late = new ArrayList<>();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private boolean isCalm = true;

  /**
   * Begins empty and calm.
   *
   * @param delay how far listings lag
   * @param troublePart how many calls go wrong, of one
   * @param conditionalPuts how it puts only where nothing is
   */
  public LaggingObjectStore(
      long seed, Duration delay, double troublePart, ConditionalPuts conditionalPuts) {
    this.random = new SplittableRandom(seed);
    this.delay = delay;
    this.troublePart = troublePart;
    this.conditionalPuts = conditionalPuts;
  }

  /** From now on calls go wrong, or do no more. */
  public synchronized void calm(boolean calm) {
    isCalm = calm;
  }

  /** The store's time, for all who use it. */
  public InstantSource clock() {
    return this::now;
  }

  private synchronized Instant now() {
    return now;
  }

  /** Returns when so much of the store's time has passed. */
  public void sleep(Duration length) throws InterruptedIOException {
    Instant until = now().plus(length);
    while (now().isBefore(until)) {
      try {
        Thread.sleep(0, 20_000);
      } catch (InterruptedException e) {
        throw Interruption.of("the sleep", e);
      }
      pass(Duration.ofMillis(200));
    }
  }

  /** Lets time pass at once. */
  public synchronized void pass(Duration length) {
    now = now.plus(length);
    arrive();
  }

  private void arrive() {
    late.removeIf(call -> {
      if (call.at.isAfter(now)) {
        return false;
      }
      if (!call.isConditional || !objects.containsKey(call.key)) {
        change(call.key, call.content);
      }
      return true;
    });
  }

  /** What is there under {@code key} arrives once more, so much later. */
  public synchronized void repeat(String key, Duration later) {
    late.add(new Late(now.plus(later), key, objects.get(key), isConditional()));
  }

  private boolean isConditional() {
    return conditionalPuts != ConditionalPuts.NONE;
  }

  private void perhapsLate(String key, @Nullable ByteBuffer content, boolean isConditional) {
    if (!isCalm && random.nextDouble() < troublePart) {
      Instant at = now.plusMillis(random.nextLong(LATE_MAX.toMillis()));
      late.add(new Late(at, key, content, isConditional));
    }
  }

  /** Changes an object; one without content is no more. */
  private void change(String key, @Nullable ByteBuffer content) {
    changes.put(key, new Change(now, objects.get(key)));
    if (content == null) {
      objects.remove(key);
    } else {
      objects.put(key, content);
    }
  }

  /** A call begins: gives whether it is done, or fails before; whether it fails after is next. */
  private void begin(String call) throws IOException {
    pass(Duration.ofMillis(random.nextLong(CALL_MAX.toMillis())));
    if (isTrouble()) {
      throw new IOException("trouble: not done: " + call);
    }
  }

  private void end(String call) throws IOException {
    if (isTrouble()) {
      throw new IOException("trouble: done, but the answer is lost: " + call);
    }
  }

  private boolean isTrouble() {
    return !isCalm && random.nextDouble() < troublePart / 2;
  }

  @Override
  public synchronized void put(String key, ByteBuffer content) throws IOException {
    ByteBuffer bytes = copy(key, content);
    perhapsLate(key, bytes, false);
    begin("put " + key);
    change(key, bytes);
    end("put " + key);
  }

  private static ByteBuffer copy(String key, ByteBuffer content) {
    ObjectKeys.checked(key);
    return ByteBuffer.allocate(content.remaining()).put(content).flip();
  }

  @Override
  public Optional<ConditionalPut> conditionalPut() throws IOException {
    return isConditional() ? Optional.of(this::putNew) : Optional.empty();
  }

  private synchronized boolean putNew(String key, ByteBuffer content) throws IOException {
    ByteBuffer bytes = copy(key, content);
    perhapsLate(key, bytes, true);
    begin("put new " + key);
    boolean isNew = !objects.containsKey(key) || isOverlooked(key);
    if (isNew) {
      change(key, bytes);
    }
    end("put new " + key);
    return isNew;
  }

  /** Whether what is there is being put at the same moment, and is not seen yet. */
  private boolean isOverlooked(String key) {
    Change change = changes.get(key);
    return conditionalPuts == ConditionalPuts.LOOSE
        && change != null
        && change.before == null
        && change.at.plus(CALL_MAX).isAfter(now)
        && random.nextBoolean();
  }

  @Override
  public synchronized ByteBuffer get(String key, int bytesMax) throws IOException {
    begin("get " + key);
    ByteBuffer bytes = bytesOf(key);
    ObjectTooLongException.check(toString(), key, bytes.remaining(), bytesMax);
    return copy(key, bytes);
  }

  @Override
  public synchronized void get(String key, long offsetBytes, ByteBuffer destination)
      throws IOException {
    begin("get " + key);
    destination.put(bytesOf(key).slice(Math.toIntExact(offsetBytes), destination.remaining()));
  }

  private ByteBuffer bytesOf(String key) throws NoSuchObjectException {
    ByteBuffer bytes = objects.get(ObjectKeys.checked(key));
    if (bytes == null) {
      throw new NoSuchObjectException(toString(), key);
    }
    return bytes.duplicate();
  }

  @Override
  public synchronized void delete(String key) throws IOException {
    perhapsLate(key, null, false);
    begin("delete " + key);
    if (objects.containsKey(ObjectKeys.checked(key))) {
      change(key, null);
    }
    end("delete " + key);
  }

  @Override
  public synchronized boolean exists(String key) throws IOException {
    begin("look for " + key);
    return objects.containsKey(ObjectKeys.checked(key));
  }

  @Override
  public void list(String prefix, ObjectVisitor visitor) throws IOException {
    for (Map.Entry<String, Long> object : listed(prefix).entrySet()) {
      visitor.visit(object.getKey(), object.getValue());
    }
  }

  private synchronized Map<String, Long> listed(String prefix) throws IOException {
    begin("list " + prefix);
    var listed = new TreeMap<String, Long>();
    objects.forEach((key, bytes) -> listed.put(key, (long) bytes.remaining()));
    changes.forEach((key, change) -> {
      if (change.at.plus(delay).isAfter(now) && random.nextBoolean()) {
        if (change.before == null) {
          listed.remove(key);
        } else {
          listed.put(key, (long) change.before.remaining());
        }
      }
    });
    listed.keySet().removeIf(key -> !key.startsWith(prefix));
    return listed;
  }

  @Override
  public Duration listingDelay() {
    return delay;
  }

  @Override
  public Duration inFlightMax() {
    return LATE_MAX;
  }

  @Override
  public void close() {
    // Nothing is held open.
  }

  @Override
  public String toString() {
    return "lagging memory";
  }
}
