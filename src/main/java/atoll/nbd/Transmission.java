package atoll.nbd;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Works on the requests of one client, several at once.
 *
 * <p>Its threads are all alike. One of them waits for the next request; when it has come another
 * takes that place, and it answers the request itself. So a request is never handed from thread to
 * thread, and a client that asks one thing after the other keeps two threads busy, whatever the
 * bound is. A thread is begun when none is idle; all of them live until the client goes.
 */
final class Transmission {
  private final Wire wire;
  private final Session session;
  private final Allowance allowance;
  private final BufferPool pool;
  private final int threadsMax;

  /** Called when the client will ask nothing more; what it has asked is still answered. */
  private final Runnable onLastRequest;

  /** Ends the connection, for the threads that wait for it, too. */
  private final Closeable connection;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Held by the thread that waits for the next request. */
  private final ReentrantLock turn = new ReentrantLock();

  private int threads = 1; // with the turn
  private boolean isOver; // with the turn

  Transmission(
      Wire wire,
      Session session,
      BufferPool pool,
      NbdLimits limits,
      Runnable onLastRequest,
      Closeable connection) {
    this.wire = wire;
    this.session = session;
    this.pool = pool;
    this.allowance = new Allowance(pool, limits.bytesMax());
    this.threadsMax = limits.requestsMax();
    this.onLastRequest = onLastRequest;
    this.connection = connection;
  }

  /**
   * Works on this thread, and on others that it begins, until the client will ask nothing more.
   * When this returns others may still be at work.
   */
  void run(Executor others) {
    ByteBuffer head = pool.take(Replies.HEAD_BYTES);
    try {
      var answers =
          new Answers(session, new Replies(wire, session.isStructured(), head), allowance);
      for (Request request = next(others); request != null; request = next(others)) {
        answers.answer(request);
      }
    } catch (IOException | RuntimeException | Error e) {
      end(e);
    } finally {
      pool.giveBack(head);
    }
  }

  /**
   * Demands that all went well; to be asked when all threads have ended.
   *
   * @throws IOException what the first thread failed with
   */
  void check() throws IOException {
    switch (failure.get()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  private @Nullable Request next(Executor others) throws IOException {
    turn.lock();
    try {
      Request request = isOver ? null : read();
      if (request == null) {
        isOver = true;
      } else if (threads < threadsMax && !turn.hasQueuedThreads()) {
        threads++;
        others.execute(() -> run(others));
      }
      return request;
    } finally {
      turn.unlock();
    }
  }

  private @Nullable Request read() throws IOException {
    Request request = wire.hasMore() ? Request.parse(wire.read(Request.BYTES)) : null;
    if (request == null || request.command() == Protocol.CMD_DISC) {
      onLastRequest.run();
      return null;
    }
    if (request.command() == Protocol.CMD_WRITE) {
      if (request.lengthBytes() > Protocol.PAYLOAD_BYTES_MAX) {
        throw new ProtocolException("a write of more than 32 MiB");
      }
      wire.skip(request.lengthBytes());
    }
    return request;
  }

  private void end(Throwable thrown) {
    failure.compareAndSet(null, thrown);
    try {
      connection.close();
    } catch (IOException e) {
      thrown.addSuppressed(e);
    }
    turn.lock(); // free by now: nothing more can be waited for
    try {
      isOver = true;
    } finally {
      turn.unlock();
    }
  }
}
