package atoll.hypervisor.qemu;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A control connection with its socket and its threads: an input is all that QEMU says, see {@link
 * FuzzPeer}.
 */
public final class QmpSocketFuzz implements FuzzTarget {
  private final Path folder;
  private final Path socket;
  private final FuzzPeer peer;

  /** Keeps the socket in {@code folder}. */
  public QmpSocketFuzz(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.socket = folder.resolve("qmp");
    this.peer = new FuzzPeer(socket);
  }

  @Override
  public List<byte[]> seeds() {
    String again =
        QmpFuzz.GREETING
            + "\u001e"
            + QmpFuzz.CAPABLE
            + "\u001e{\"return\": {\"running\": true}, \"id\": \u001a}\n";
    String event = "\u001e{\"event\": \"STOP\"}\n";
    return List.of(
        QmpFuzz.bytes(again),
        QmpFuzz.bytes(again + event + "{\"return\": [], \"id\": \u001a}\n"),
        QmpFuzz.bytes(
            again + "\u001e{\"error\": {\"class\": \"GenericError\"}, \"id\": \u001a}\n"));
  }

  @Override
  public void feed(byte[] input) throws Exception {
    peer.play(input, this::talk);
  }

  private void talk() throws Exception {
    try (var qmp = QmpClient.connect(socket, QmpFuzz.PATIENCE, IOException::new);
        var events = qmp.subscribe(_ -> true)) {
      qmp.execute("query-status").path("running").asBoolean(false);
      try {
        qmp.execute("query-jobs");
      } catch (QmpException e) {
        // refused: the connection lives
      }
      while (events.poll(Duration.ZERO).isPresent()) {
        // whatever there is
      }
    }
  }

  @Override
  public void close() throws IOException {
    peer.close();
    Files.deleteIfExists(folder);
  }
}
