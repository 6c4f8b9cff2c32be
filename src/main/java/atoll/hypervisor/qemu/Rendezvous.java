package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Where a process just started reports by connecting, so that nobody need look again and again
 * whether it is up.
 */
final class Rendezvous implements AutoCloseable {
  private final Path socket;
  private final ServerSocketChannel listener;
  private final Selector selector;

  private Rendezvous(Path socket, ServerSocketChannel listener, Selector selector) {
    this.socket = socket;
    this.listener = listener;
    this.selector = selector;
  }

  /** Listens on {@code socket}, which must not exist. */
  static Rendezvous at(Path socket) throws IOException {
    var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(RunDirectory.checked(socket)));
      listener.configureBlocking(false);
      var selector = Selector.open();
      listener.register(selector, SelectionKey.OP_ACCEPT);
      return new Rendezvous(socket, listener, selector);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Waits until {@code process} connects; the connection is the caller's to close.
   *
   * @throws IOException if it ends before, or does not connect within {@code patience}
   */
  SocketChannel await(Process process, Duration patience) throws IOException {
    CompletableFuture<Void> wakeUp = process.onExit().thenRun(selector::wakeup);
    try {
      return accept(process, patience);
    } finally {
      wakeUp.cancel(false);
    }
  }

  private SocketChannel accept(Process process, Duration patience) throws IOException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (true) {
      SocketChannel peer = listener.accept();
      if (peer != null) {
        return peer;
      }
      if (!process.isAlive()) {
        throw new IOException("ended with status " + process.exitValue());
      }
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        throw new IOException("was not up within " + patience.toSeconds() + " s");
      }
      selector.select(_ -> {}, leftMillis);
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while process " + process.pid() + " started");
      }
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    listener.close();
    Files.deleteIfExists(socket);
  }
}
