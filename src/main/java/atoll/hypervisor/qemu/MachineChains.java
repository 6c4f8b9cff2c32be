package atoll.hypervisor.qemu;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The chains of a machine's disks, as QEMU has them now.
 *
 * <p>{@code query-blockstats} walks them by the names of their nodes, while {@code query-block} and
 * {@code query-named-block-nodes} know backing files only by names of files.
 */
final class MachineChains implements LayerChains {
  private final QmpClient qmp;
  private final Map<VolumeId, OneChain> leaving = new ConcurrentHashMap<>();

  /** The chains of the machine at the other end of {@code qmp}. */
  MachineChains(QmpClient qmp) {
    this.qmp = qmp;
  }

  @Override
  public List<LayerId> chainOf(LayerId layer) throws IOException {
    return disks().chainOf(layer);
  }

  @Override
  public List<LayerId> chainOf(VolumeId volume) throws IOException {
    return disks().chainOf(volume);
  }

  @Override
  public Set<VolumeId> volumes() throws IOException {
    return disks().volumes();
  }

  private BlockStats disks() throws IOException {
    return new BlockStats(qmp.execute("query-blockstats"));
  }

  /**
   * Remembers the chain of a disk that is being unplugged, after which QEMU knows it no more; it
   * may be remembered already, and just be going.
   */
  void leaving(VolumeId volume) throws IOException {
    BlockStats disks = disks();
    if (disks.volumes().contains(volume) || !leaving.containsKey(volume)) {
      leaving.put(volume, new OneChain(disks.chainOf(volume)));
    }
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
