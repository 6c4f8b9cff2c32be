package atoll.hypervisor.qemu;

import atoll.fuzz.FuzzTarget;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** QEMU's answer to query-blockstats: an input is what it returns. */
public final class MachineChainsFuzz implements FuzzTarget {
  private static final VolumeId VOLUME = new VolumeId(new UUID(0, 1));
  private static final int QUESTIONS = 3;

  private final Path folder;
  private final Path socket;
  private final FuzzPeer peer;

  /** Keeps the socket in {@code folder}. */
  public MachineChainsFuzz(Path folder) throws IOException {
    this.folder = folder;
    this.socket = folder.resolve("qmp");
    this.peer = new FuzzPeer(socket, Integer.MAX_VALUE);
  }

  @Override
  public List<byte[]> seeds() {
    String chain =
        "{\"device\": \"\", \"qdev\": \"/machine/peripheral/%s/virtio-backend\","
            + " \"node-name\": \"layer-3\", \"stats\": {\"rd_bytes\": 1}, \"parent\":"
            + " {\"node-name\": \"file-3\"}, \"backing\": {\"node-name\": \"layer-2\","
            + " \"backing\": {\"node-name\": \"layer-2\", \"backing\": {}}}}";
    String disk = chain.formatted(QemuCommandLine.diskId(VOLUME));
    return List.of(
        QmpFuzz.bytes("[]"),
        QmpFuzz.bytes("[" + disk + "]"),
        QmpFuzz.bytes("[" + chain.formatted("cd0") + ", " + disk + "]"),
        QmpFuzz.bytes(
            "["
                + "{\"node-name\": \"layer-1\", \"backing\": ".repeat(30)
                + "null"
                + "}".repeat(30)
                + "]"));
  }

  @Override
  public void feed(byte[] input) throws Exception {
    var script = new ByteArrayOutputStream();
    script.writeBytes(QmpFuzz.bytes(QmpFuzz.GREETING));
    for (int question = 0; question < QUESTIONS; question++) {
      script.writeBytes(QmpFuzz.bytes("{\"id\": " + (2 + question) + ", \"return\": "));
      for (byte next : input) {
        script.write(next == '\n' || next == FuzzPeer.PART_END ? ' ' : next);
      }
      script.writeBytes(QmpFuzz.bytes("}\n\u001e"));
    }
    peer.play(script.toByteArray(), this::ask);
  }

  private void ask() throws IOException {
    try (var qmp = QmpClient.connect(socket, QmpFuzz.PATIENCE, IOException::new)) {
      var chains = new MachineChains(qmp);
      chains.volumes();
      try {
        chains.chainOf(VOLUME);
      } catch (IOException e) {
        // no such disk
      }
      chains.chainOf(new LayerId(2));
    }
  }

  @Override
  public void close() throws IOException {
    peer.close();
    Files.deleteIfExists(folder);
  }
}
