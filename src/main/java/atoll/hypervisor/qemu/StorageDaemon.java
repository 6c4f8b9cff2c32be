package atoll.hypervisor.qemu;

import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.OfflineChain;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A chain of layers in a {@code qemu-storage-daemon}.
 *
 * <p>The daemon does not outlive this process: its work is found undone and done again. Since it
 * has no such option, a shell stands beside it and reads its own standard input, which is a pipe
 * from this process: when that ends, however this process ended, the shell ends the daemon, first
 * with SIGTERM, upon which it flushes and closes.
 */
final class StorageDaemon implements OfflineChain {
  /** How long the daemon may take for a command, and to flush and close at its end. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * The shell waits for the daemon, its background part for our end. The daemon's process id is its
   * own as long as the shell has not waited for it.
   */
  private static final String WATCH =
      """
      exec 3<&0 </dev/null
      "$@" 3<&- &
      daemon=$!
      {
        read -r _ <&3
        kill $daemon
        seconds=0
        while [ $seconds -lt 60 ] && kill -0 $daemon; do
          sleep 1
          seconds=$((seconds + 1))
        done
        kill -9 $daemon
      } >/dev/null 2>&1 &
      watcher=$!
      exec 3<&-
      wait $daemon
      status=$?
      kill $watcher
      exit $status
      """;

  private final Process process;
  private final QmpClient qmp;
  private final QemuBlockNodes nodes;

  private StorageDaemon(Process process, QmpClient qmp, List<LayerFile> chain) {
    this.process = process;
    this.qmp = qmp;
    this.nodes = new QemuBlockNodes(qmp, new OneChain(LayerNodes.topFirst(chain)), true);
  }

  /**
   * Opens a chain, frozen to the top.
   *
   * @param socket where the daemon connects to
   * @param chain base first
   */
  static StorageDaemon open(Path program, Path socket, List<LayerFile> chain) throws IOException {
    String chardev = "socket,id=qmp,path=" + QemuCommandLine.quoted(socket);
    List<String> command =
        List.of(
            "sh", "-c", WATCH, "sh", program.toString(), "--chardev", chardev, "--monitor", "qmp");
    try (var rendezvous = Rendezvous.at(socket)) {
      var process = DetachedProcess.start(command);
      try {
        SocketChannel channel = process.awaitConnection(rendezvous);
        QmpClient qmp = QmpClient.over(channel, socket, PATIENCE, StorageDaemon::ended);
        process.dropWords();
        return opened(new StorageDaemon(process.process(), qmp, chain), chain);
      } catch (IOException e) {
        throw process.failed(e);
      }
    }
  }

  private static StorageDaemon opened(StorageDaemon daemon, List<LayerFile> chain)
      throws IOException {
    try {
      daemon.nodes.openChain(chain);
      return daemon;
    } catch (IOException e) {
      try {
        daemon.close();
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  private static IOException ended(String saw) {
    return new IOException("the storage daemon is gone: " + saw);
  }

  @Override
  public BlockNodes nodes() {
    return nodes;
  }

  @Override
  public void close() throws IOException {
    try {
      if (qmp.isOpen()) {
        qmp.execute("quit");
      }
    } finally {
      qmp.close();
      process.getOutputStream().close();
      awaitEnd();
    }
  }

  private void awaitEnd() throws IOException {
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the storage daemon, process " + process.pid() + ", does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the storage daemon ended");
    }
  }
}
