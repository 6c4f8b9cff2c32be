package atoll.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store that fails, loses answers, or makes its callers wait, on command.
 *
 * <p>Each call is numbered and shown to a {@link Plan}, which says what becomes of it. {@link
 * #stop} and {@link #resume} hold all calls back, whatever the plan; {@link #kill} lets no further
 * call reach the store beneath: what its process looks like from there after it died.
 */
public final class FaultyObjectStore implements ObjectStore {
  /** What is asked of a store. */
  public enum Operation {
    PUT,
    GET,
    DELETE,
    EXISTS,
    LIST;

    /** Whether it changes the store. */
    public boolean mutates() {
      return this == PUT || this == DELETE;
    }
  }

  /** What becomes of a call. */
  public enum Fate {
    /** It goes through. */
    PASS,
    /** It fails and nothing is done. */
    FAIL,
    /** It is done, and its caller gets an error. */
    LOSE_ANSWER,
    /** It is not done, nor is any call after it: the process is dead. */
    KILL,
    /** It is done, its caller gets an error, and so does every call after it. */
    KILL_AFTER
  }

  /** One call; {@code number} counts all, {@code mutation} only what changes the store, from 1. */
  public record Call(Operation operation, String key, long number, long mutation) {}

  /** Decides about calls; asked from many threads. */
  @FunctionalInterface
  public interface Plan {
    Fate fateOf(Call call);
  }

  private final ObjectStore store;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong mutations = new AtomicLong();
  private final Object gate = new Object();
  private volatile Plan plan = _ -> Fate.PASS;
  private volatile boolean killed;
  private boolean stopped;
  private int waiting;

  /** Wraps {@code store}, which stays open when this one is closed. */
  public FaultyObjectStore(ObjectStore store) {
    this.store = store;
  }

  /** From now on {@code plan} decides. */
  public void follow(Plan newPlan) {
    plan = newPlan;
  }

  /** Gives {@code fate} to the call that is the {@code mutation}-th to change the store. */
  public void atMutation(long mutation, Fate fate) {
    plan = call -> call.operation().mutates() && call.mutation() == mutation ? fate : Fate.PASS;
  }

  /** How many calls there were. */
  public long calls() {
    return calls.get();
  }

  /** How many calls there were that change the store. */
  public long mutations() {
    return mutations.get();
  }

  /** Holds back every call that comes now, until {@link #resume}. */
  public void stop() {
    synchronized (gate) {
      stopped = true;
    }
  }

  /** Lets calls through again, those that wait first. */
  public void resume() {
    synchronized (gate) {
      stopped = false;
      gate.notifyAll();
    }
  }

  /** Returns once {@code callers} calls are held back. */
  public void awaitWaiting(int callers) throws InterruptedException {
    synchronized (gate) {
      while (waiting < callers) {
        gate.wait();
      }
    }
  }

  /** From now on every call fails. */
  public void kill() {
    killed = true;
  }

  @Override
  public void put(String key, ByteBuffer content) throws IOException {
    run(Operation.PUT, key, () -> store.put(key, content));
  }

  @Override
  public Optional<ConditionalPut> conditionalPut() throws IOException {
    return store
        .conditionalPut()
        .map(beneath ->
            (key, content) -> {
              var result = new boolean[1];
              run(Operation.PUT, key, () -> result[0] = beneath.putNew(key, content));
              return result[0];
            });
  }

  @Override
  public Duration listingDelay() {
    return store.listingDelay();
  }

  @Override
  public Duration inFlightMax() {
    return store.inFlightMax();
  }

  @Override
  public ByteBuffer get(String key, int bytesMax) throws IOException {
    var result = new ByteBuffer[1];
    run(Operation.GET, key, () -> result[0] = store.get(key, bytesMax));
    return result[0];
  }

  @Override
  public void get(String key, long offsetBytes, ByteBuffer destination) throws IOException {
    run(Operation.GET, key, () -> store.get(key, offsetBytes, destination));
  }

  @Override
  public void delete(String key) throws IOException {
    run(Operation.DELETE, key, () -> store.delete(key));
  }

  @Override
  public boolean exists(String key) throws IOException {
    var result = new boolean[1];
    run(Operation.EXISTS, key, () -> result[0] = store.exists(key));
    return result[0];
  }

  @Override
  public void list(String prefix, ObjectVisitor visitor) throws IOException {
    run(Operation.LIST, prefix, () -> store.list(prefix, visitor));
  }

  @Override
  public void close() {
    // What was wrapped is closed by whoever opened it.
  }

  @Override
  public String toString() {
    return "faulty " + store;
  }

  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private void run(Operation operation, String key, Work work) throws IOException {
    long mutation = operation.mutates() ? mutations.incrementAndGet() : mutations.get();
    var call = new Call(operation, key, calls.incrementAndGet(), mutation);
    waitWhileStopped(call);
    Fate fate = killed ? Fate.KILL : plan.fateOf(call);
    if (fate == Fate.KILL || fate == Fate.KILL_AFTER) {
      killed = true;
    }
    if (fate == Fate.FAIL || fate == Fate.KILL) {
      throw new IOException("fault: " + fate + " " + call);
    }
    work.run();
    if (fate != Fate.PASS) {
      throw new IOException("fault: " + fate + " " + call);
    }
  }

  private void waitWhileStopped(Call call) throws IOException {
    synchronized (gate) {
      waiting++;
      gate.notifyAll();
      try {
        while (stopped) {
          gate.wait();
        }
      } catch (InterruptedException e) {
        throw Interruption.of(call + ", held back,", e);
      } finally {
        waiting--;
      }
    }
  }
}
