package atoll.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** The way to a server, which can be cut: also where a transaction is just being committed. */
final class Cable implements AutoCloseable {
  /** When it is cut, once. */
  enum Cut {
    NEVER,
    BEFORE_COMMIT,
    AFTER_COMMIT
  }

  private final int to;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Cut> cut = new AtomicReference<>(Cut.NEVER);

  Cable(int to) throws IOException {
    this.to = to;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Has it cut at the next commit. */
  void cutAt(Cut when) {
    cut.set(when);
  }

  /** Cuts all there is; what comes later passes. */
  void cutNow() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        var there = new Socket(InetAddress.getLoopbackAddress(), to);
        sockets.add(client);
        sockets.add(there);
        var mute = new AtomicReference<>(false);
        Thread.ofVirtual().start(() -> pump(client, there, mute, true));
        Thread.ofVirtual().start(() -> pump(there, client, mute, false));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  /** To the server go commits; what comes back after one that is cut is not passed on. */
  private void pump(Socket from, Socket to, AtomicReference<Boolean> mute, boolean toServer) {
    var buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
        if (toServer && isCommit(buffer, length)) {
          Cut now = cut.getAndSet(Cut.NEVER);
          if (now == Cut.BEFORE_COMMIT) {
            return;
          }
          mute.set(now == Cut.AFTER_COMMIT);
        }
        if (!toServer && mute.get()) {
          return;
        }
        out.write(buffer, 0, length);
      }
    } catch (IOException e) {
      return; // cut
    }
  }

  private static boolean isCommit(byte[] buffer, int length) {
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1).contains("COMMIT");
  }

  @Override
  public void close() {
    try {
      server.close();
      cutNow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
