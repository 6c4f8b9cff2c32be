package atoll.hypervisor.qemu;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A chain that QEMU cannot be asked about, because no disk has it: changed by us alone. */
final class OneChain implements LayerChains {
  private final List<LayerId> topFirst;

  /** A chain as it is now. */
  OneChain(List<LayerId> topFirst) {
    this.topFirst = new ArrayList<>(topFirst);
  }

  synchronized List<LayerId> topFirst() {
    return List.copyOf(topFirst);
  }

  @Override
  public synchronized List<LayerId> chainOf(LayerId layer) throws IOException {
    if (!topFirst.contains(layer)) {
      throw new IOException("layer " + layer + " is not in the chain " + topFirst);
    }
    return List.copyOf(topFirst);
  }

  @Override
  public List<LayerId> chainOf(VolumeId volume) throws IOException {
    throw new IOException("volume " + volume + " is no disk: its chain is open without a machine");
  }

  @Override
  public synchronized void grew(LayerId top, LayerId overlay) {
    int at = topFirst.indexOf(top);
    if (at >= 0) {
      topFirst.add(at, overlay);
    }
  }

  @Override
  public synchronized void shrank(List<LayerId> left) {
    topFirst.removeAll(left);
  }

  @Override
  public Set<VolumeId> volumes() {
    return Set.of();
  }
}
