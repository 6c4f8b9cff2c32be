package atoll.nbd;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client, from its greeting to its end. May be closed by any thread at any time. */
final class Connection implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final int number;
  private final SocketChannel channel;
  private final Exports exports;
  private final BufferPool pool;
  private final NbdLimits limits;
  private final ScheduledExecutorService clock;

  /** What happens if the client takes too long for what it is at. */
  private final AtomicReference<@Nullable Future<?>> deadline = new AtomicReference<>();

  /**
   * Serves the client of a channel, which is closed with the connection.
   *
   * @param number tells it from others in the log
   */
  Connection(
      int number,
      SocketChannel channel,
      Exports exports,
      BufferPool pool,
      NbdLimits limits,
      ScheduledExecutorService clock) {
    this.number = number;
    this.channel = channel;
    this.exports = exports;
    this.pool = pool;
    this.limits = limits;
    this.clock = clock;
  }

  /** Serves the client until it goes, on this thread and on others that end before this returns. */
  void serve(ThreadFactory threads) {
    try (channel) {
      talk(threads);
    } catch (ProtocolException e) {
      LOG.warn("connection {} is ended", number, e);
    } catch (ClosedChannelException e) {
      LOG.debug("connection {} was closed", number, e); // by us, and whoever did it said why
    } catch (IOException e) {
      LOG.debug("connection {}: the client has gone", number, e);
    } catch (RuntimeException e) {
      LOG.error("connection {} is ended: an error in Atoll itself", number, e);
    } finally {
      setDeadline(null);
    }
  }

  private void talk(ThreadFactory threads) throws IOException {
    var wire = new Wire(channel, channel);
    setDeadline("did not end the handshake");
    Session session = new Handshake(wire, exports).negotiate();
    setDeadline(null);
    if (session == null) {
      return;
    }
    var transmission =
        new Transmission(
            wire,
            session,
            pool,
            limits,
            () -> setDeadline("did not take what it had asked for"),
            channel);
    try (var others = Executors.newThreadPerTaskExecutor(threads)) {
      transmission.run(others);
    }
    transmission.check();
  }

  private void setDeadline(@Nullable String problem) {
    Future<?> next =
        problem == null
            ? null
            : clock.schedule(
                () -> giveUp(problem), limits.patience().toNanos(), TimeUnit.NANOSECONDS);
    Future<?> last = deadline.getAndSet(next);
    if (last != null) {
      last.cancel(false);
    }
  }

  private void giveUp(String problem) {
    LOG.warn(
        "connection {} is ended: the client {} within {} s",
        number,
        problem,
        limits.patience().toSeconds());
    try {
      close();
    } catch (IOException e) {
      LOG.warn("connection {} cannot be closed", number, e);
    }
  }

  /** Ends it at once; requests under way are not answered any more. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
