package atoll.hypervisor.qemu;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The events of a connection that somebody waits for, in order and from now on.
 *
 * <p>Subscribe before the command that causes an event: then it cannot be missed. For one thread at
 * a time.
 */
final class QmpEvents implements AutoCloseable {
  /**
   * More than so many events that nobody takes end the connection: it is not being looked after.
   */
  static final int UNTAKEN_MAX = 10_000;

  private final QmpConversation conversation;
  private final Predicate<QmpEvent> wanted;

  /** Empty marks the end of the connection. */
  private final BlockingQueue<Optional<QmpEvent>> untaken = new LinkedBlockingQueue<>();

  QmpEvents(QmpConversation conversation, Predicate<QmpEvent> wanted) {
    this.conversation = conversation;
    this.wanted = wanted;
  }

  /**
   * Waits for the next event.
   *
   * @throws IOException if the connection has ended
   */
  QmpEvent take() throws IOException, InterruptedException {
    return unlessEnded(untaken.take());
  }

  /**
   * Waits for the next event.
   *
   * @return empty if there is none within {@code patience}
   * @throws IOException if the connection has ended
   */
  Optional<QmpEvent> poll(Duration patience) throws IOException, InterruptedException {
    Optional<QmpEvent> next = untaken.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    return next == null ? Optional.empty() : Optional.of(unlessEnded(next));
  }

  private QmpEvent unlessEnded(Optional<QmpEvent> next) throws IOException {
    if (next.isEmpty()) {
      untaken.add(next);
      throw conversation.endedException();
    }
    return next.get();
  }

  /** Called by the reader of the connection; false if too many wait. */
  boolean offer(QmpEvent event) {
    if (wanted.test(event)) {
      untaken.add(Optional.of(event));
    }
    return untaken.size() <= UNTAKEN_MAX;
  }

  /** Called once, after the last event. */
  void end() {
    untaken.add(Optional.empty());
  }

  @Override
  public void close() {
    conversation.unsubscribe(this);
  }
}
