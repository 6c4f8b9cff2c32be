package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.util.List;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** QEMU's answer to query-blockstats: an input is what it returns. */
public final class BlockStatsFuzz implements FuzzTarget {
  private static final VolumeId VOLUME = new VolumeId(new UUID(0, 1));
  private static final LayerId LAYER = new LayerId(2);

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
  public void feed(byte[] input) {
    JsonNode answer;
    try {
      answer = Json.MAPPER.readTree(input);
    } catch (JacksonException e) {
      return; // no line of QEMU's
    }
    if (answer != null) {
      examine(new BlockStats(answer));
    }
  }

  private static void examine(BlockStats stats) {
    stats.nodes();
    for (VolumeId volume : stats.volumes()) {
      allow(() -> demand(!stats.chainOf(volume).isEmpty(), "an empty chain"));
    }
    if (!stats.volumes().contains(VOLUME)) {
      allow(() -> {
        stats.chainOf(VOLUME);
        demand(false, "the chain of no disk");
      });
    }
    allow(() -> demand(stats.chainOf(LAYER).contains(LAYER), "another chain"));
  }
}
