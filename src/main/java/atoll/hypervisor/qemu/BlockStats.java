package atoll.hypervisor.qemu;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * QEMU's answer to {@code query-blockstats}: its disks, with the chains beneath them, or all nodes.
 *
 * <p>Source: QEMU qapi/block-core.json, "BlockStats".
 */
record BlockStats(JsonNode answer) {
  /** Where QEMU has the devices that it was given by name. */
  private static final String PERIPHERAL = "/machine/peripheral/";

  /**
   * The layers of the disk that has {@code layer}, top first.
   *
   * @throws IOException if no disk has it
   */
  List<LayerId> chainOf(LayerId layer) throws IOException {
    for (JsonNode disk : answer.values()) {
      List<LayerId> chain = chain(disk);
      if (chain.contains(layer)) {
        return chain;
      }
    }
    throw new IOException("no disk has layer " + layer + " in its chain");
  }

  /**
   * The layers of a volume, top first; there is at least one.
   *
   * @throws IOException if it is no disk, or one without a layer
   */
  List<LayerId> chainOf(VolumeId volume) throws IOException {
    for (JsonNode disk : answer.values()) {
      if (volume.equals(volumeOf(disk))) {
        List<LayerId> chain = chain(disk);
        if (chain.isEmpty()) {
          throw new IOException("the disk of volume " + volume + " has no layer");
        }
        return chain;
      }
    }
    throw new IOException("volume " + volume + " is no disk of this machine");
  }

  /** The volumes that are disks. */
  Set<VolumeId> volumes() {
    var volumes = new HashSet<VolumeId>();
    for (JsonNode disk : answer.values()) {
      VolumeId volume = volumeOf(disk);
      if (volume != null) {
        volumes.add(volume);
      }
    }
    return volumes;
  }

  /** The names of the nodes at the top: of all, if all were asked for. */
  Set<String> nodes() {
    var names = new HashSet<String>();
    for (JsonNode node : answer.values()) {
      names.add(node.path("node-name").asString(""));
    }
    return names;
  }

  private static @Nullable VolumeId volumeOf(JsonNode disk) {
    String device = disk.path("qdev").asString("");
    if (!device.startsWith(PERIPHERAL)) {
      return null;
    }
    String id = device.substring(PERIPHERAL.length()).replaceFirst("/.*", "");
    return QemuCommandLine.volumeOf(id);
  }

  private static List<LayerId> chain(JsonNode disk) {
    var chain = new ArrayList<LayerId>();
    for (JsonNode node = disk; node.isObject(); node = node.path("backing")) {
      LayerId layer = LayerNodes.layerOf(node.path("node-name").asString(""));
      if (layer != null) {
        chain.add(layer);
      }
    }
    return chain;
  }
}
