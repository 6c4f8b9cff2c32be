package atoll.hypervisor.qemu;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A guest's agent: an input is all that it says, see {@link FuzzPeer}. */
public final class GuestAgentFuzz implements FuzzTarget {
  private final Path folder;
  private final Path socket;
  private final FuzzPeer peer;

  /** Keeps the socket in {@code folder}. */
  public GuestAgentFuzz(Path folder) throws IOException {
    this.folder = folder;
    this.socket = folder.resolve("agent");
    this.peer = new FuzzPeer(socket, 1);
  }

  @Override
  public List<byte[]> seeds() {
    String sync = "\u001e{\"error\": {\"desc\": \"JSON\"}}\n\u00ff{\"return\": \u001a}\n\u001e";
    return List.of(
        QmpFuzz.bytes(sync + "{\"return\": 2}\n\u001e{\"return\": 2}\n"),
        QmpFuzz.bytes(sync + "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n"),
        QmpFuzz.bytes("\u001e\u00ff{\"return\": 1}\n" + sync + "{\"return\": -1}\n\u001e\n"));
  }

  @Override
  public void feed(byte[] input) throws Exception {
    peer.play(input, this::talk);
  }

  private void talk() throws IOException {
    try (var agent = GuestAgent.connect(socket)) {
      agent.synchronise(QmpFuzz.PATIENCE);
      try {
        agent.freeze(QmpFuzz.PATIENCE);
      } catch (IOException e) {
        // it may thaw all the same
      }
      agent.thaw(QmpFuzz.PATIENCE);
    }
  }

  @Override
  public void close() throws IOException {
    peer.close();
    Files.deleteIfExists(folder);
  }
}
