package atoll.hypervisor.qemu;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The chains of a machine's disks, as QEMU has them now.
 *
 * <p>{@code query-blockstats} walks them by the names of their nodes, while {@code query-block} and
 * {@code query-named-block-nodes} know backing files only by names of files.
 */
final class MachineChains implements LayerChains {
  /** Where QEMU has the devices that it was given by name. */
  private static final String PERIPHERAL = "/machine/peripheral/";

  private final QmpClient qmp;
  private final Map<VolumeId, OneChain> leaving = new ConcurrentHashMap<>();

  /** The chains of the machine at the other end of {@code qmp}. */
  MachineChains(QmpClient qmp) {
    this.qmp = qmp;
  }

  @Override
  public List<LayerId> chainOf(LayerId layer) throws IOException {
    for (JsonNode disk : disks()) {
      List<LayerId> chain = chain(disk);
      if (chain.contains(layer)) {
        return chain;
      }
    }
    throw new IOException("no disk has layer " + layer + " in its chain");
  }

  @Override
  public List<LayerId> chainOf(VolumeId volume) throws IOException {
    for (JsonNode disk : disks()) {
      if (volume.equals(volumeOf(disk))) {
        return chain(disk);
      }
    }
    throw new IOException("volume " + volume + " is no disk of this machine");
  }

  @Override
  public Set<VolumeId> volumes() throws IOException {
    var volumes = new HashSet<VolumeId>();
    for (JsonNode disk : disks()) {
      VolumeId volume = volumeOf(disk);
      if (volume != null) {
        volumes.add(volume);
      }
    }
    return volumes;
  }

  private static @Nullable VolumeId volumeOf(JsonNode disk) {
    String device = disk.path("qdev").asString("");
    if (!device.startsWith(PERIPHERAL)) {
      return null;
    }
    String id = device.substring(PERIPHERAL.length()).replaceFirst("/.*", "");
    return QemuCommandLine.volumeOf(id);
  }

  private Iterable<JsonNode> disks() throws IOException {
    return qmp.execute("query-blockstats").values();
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

  /** Remembers the chain of a disk that is being unplugged, after which QEMU knows it no more. */
  void leaving(VolumeId volume) throws IOException {
    leaving.put(volume, new OneChain(chainOf(volume)));
  }

  /** The layers, top first, of a disk that was being unplugged; empty if it was not. */
  List<LayerId> left(VolumeId volume) {
    OneChain chain = leaving.get(volume);
    return chain == null ? List.of() : chain.topFirst();
  }

  /** Forgets a disk whose layers are closed. */
  void forget(VolumeId volume) {
    leaving.remove(volume);
  }

  @Override
  public void grew(LayerId top, LayerId overlay) {
    leaving.values().forEach(chain -> chain.grew(top, overlay));
  }

  @Override
  public void shrank(List<LayerId> left) {
    leaving.values().forEach(chain -> chain.shrank(left));
  }
}
