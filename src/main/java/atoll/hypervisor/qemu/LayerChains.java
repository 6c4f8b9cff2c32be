package atoll.hypervisor.qemu;

import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Which layer lies on which: a machine's QEMU says so, of a storage daemon it is remembered. */
interface LayerChains {
  /**
   * The chain a layer is in, top first.
   *
   * @throws IOException if it is in none
   */
  List<LayerId> chainOf(LayerId layer) throws IOException;

  /**
   * The chain of a disk, top first.
   *
   * @throws IOException if there is no such disk
   */
  List<LayerId> chainOf(VolumeId volume) throws IOException;

  /** {@code overlay} has become the top over {@code top}. */
  void grew(LayerId top, LayerId overlay);

  /** These layers have left their chain. */
  void shrank(List<LayerId> left);

  /** The volumes whose disks there are. */
  Set<VolumeId> volumes() throws IOException;
}
