package atoll.nbd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves images to NBD clients, read-only, from when it is made until it is closed.
 *
 * <p>A client is never trusted: whatever it sends costs no more than {@link NbdLimits} say, ends at
 * worst its own connection, and is no other's trouble. What is behind the socket's file is: only
 * its owner may connect. The images stay the caller's, to be closed after the server.
 */
public final class NbdServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NbdServer.class);
  private static final int BACKLOG = 128;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * Threads of the platform: with virtual ones each wait for a socket goes through a poller and a
   * scheduler, which takes more processor time than the rest of a small read.
   */
  private static final ThreadFactory THREADS =
      Thread.ofPlatform().daemon().name("nbd-", 1).factory();

  private final ServerSocketChannel listener;
  private final @Nullable SocketFile file;
  private final Exports exports;
  private final NbdLimits limits;
  private final BufferPool pool;
  private final ExecutorService threads = Executors.newThreadPerTaskExecutor(THREADS);
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, THREADS);
  private final Set<Connection> connections = new HashSet<>(); // guarded by itself
  private boolean isClosed; // guarded by connections
  private int accepted; // by the one thread that accepts

  private NbdServer(
      ServerSocketChannel listener,
      @Nullable SocketFile file,
      List<NbdExport> exports,
      NbdLimits limits) {
    this.listener = listener;
    this.file = file;
    this.exports = new Exports(exports);
    this.limits = limits;
    this.pool = new BufferPool(limits.spareBytesMax());
  }

  /**
   * Serves on a UNIX domain socket. A file that a killed process has left there is replaced.
   *
   * @param exports at least one; the first is what clients get that name none
   * @throws FileAlreadyExistsException if somebody listens there, or it is no socket
   * @throws FileSystemException if there can be no socket of this name: its path is too long, its
   *     folder missing
   */
  public static NbdServer listen(Path socket, List<NbdExport> exports, NbdLimits limits)
      throws IOException {
    SocketFile file = SocketFile.listen(socket);
    try {
      return started(new NbdServer(file.channel(), file, exports, limits));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Serves on a TCP port of the loopback address, to whoever is on this host.
   *
   * @param port 0 for any that is free
   */
  public static NbdServer listenOnLoopback(int port, List<NbdExport> exports, NbdLimits limits)
      throws IOException {
    var listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      return started(new NbdServer(listener, null, exports, limits));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  private static NbdServer started(NbdServer server) {
    server.clock.setRemoveOnCancelPolicy(true);
    server.threads.execute(server::accept);
    return server;
  }

  /** Where clients come in. */
  public SocketAddress address() throws IOException {
    return listener.getLocalAddress();
  }

  /** How many clients there are. */
  public int connections() {
    synchronized (connections) {
      return connections.size();
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        welcome(listener.accept());
      } catch (IOException e) {
        if (listener.isOpen()) {
          LOG.warn("a connection cannot be accepted", e); // no descriptors left, say
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }
  }

  private void welcome(SocketChannel channel) throws IOException {
    if (file == null) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    accepted++;
    var connection = new Connection(accepted, channel, exports, pool, limits, clock);
    if (!add(connection)) {
      channel.close();
      return;
    }
    threads.execute(() -> {
      try {
        connection.serve(THREADS);
      } finally {
        synchronized (connections) {
          connections.remove(connection);
        }
      }
    });
  }

  private boolean add(Connection connection) {
    synchronized (connections) {
      if (isClosed) {
        return false;
      }
      if (connections.size() == limits.connectionsMax()) {
        LOG.warn(
            "connection {} is turned away: there are {} already",
            accepted,
            limits.connectionsMax());
        return false;
      }
      return connections.add(connection);
    }
  }

  /**
   * Listens no more, ends all connections and waits for their threads. Reads of images that are
   * under way are not interrupted, but waited for.
   */
  @Override
  public void close() throws IOException {
    List<Connection> left;
    synchronized (connections) {
      isClosed = true;
      left = List.copyOf(connections);
    }
    try (file;
        listener) {
      for (Connection connection : left) {
        connection.close();
      }
    } finally {
      clock.shutdownNow();
      clock.close();
      threads.close();
    }
  }
}
