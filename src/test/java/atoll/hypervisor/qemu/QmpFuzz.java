package atoll.hypervisor.qemu;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A control connection: an input is all that QEMU says, see {@link FuzzPeer}. */
public final class QmpFuzz implements FuzzTarget {
  static final Duration PATIENCE = Duration.ofSeconds(5);
  static final String GREETING =
      FakeQemu.GREETING + "\r\n\u001e{\"return\": {}, \"id\": 1}\r\n\u001e";

  private final Path folder;
  private final Path socket;
  private final FuzzPeer peer;

  /** Keeps the socket in {@code folder}. */
  public QmpFuzz(Path folder) throws IOException {
    this.folder = folder;
    this.socket = folder.resolve("qmp");
    this.peer = new FuzzPeer(socket, Integer.MAX_VALUE);
  }

  @Override
  public List<byte[]> seeds() {
    String event =
        "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"JOB_STATUS_CHANGE\","
            + " \"data\": {\"status\": \"ready\", \"id\": \"job\"}}\r\n";
    return List.of(
        bytes(GREETING + event + "{\"return\": [], \"id\": \u001a}\r\n"),
        bytes(
            GREETING + "{\"id\": 2, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n"),
        bytes(GREETING + "{\"return\": {\"running\": true}, \"id\": 2}\n\u001e" + event + event));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void feed(byte[] input) throws Exception {
    peer.play(input, this::talk);
  }

  private void talk() throws Exception {
    try (var qmp = QmpClient.connect(socket, PATIENCE, IOException::new);
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
