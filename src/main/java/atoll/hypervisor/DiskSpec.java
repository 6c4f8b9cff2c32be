package atoll.hypervisor;

import atoll.model.VolumeId;
import java.util.List;

/**
 * A disk as a machine is to see it.
 *
 * @param volume names the disk; the guest sees the first 20 characters of its id as the serial
 *     number
 * @param slot 0 to 23: decides the disk's address on the machine's bus, the same for as long as it
 *     is attached
 * @param bootable whether the firmware may boot from it; lower slots come first
 * @param chain its layers, base first; the last is written to
 */
public record DiskSpec(VolumeId volume, int slot, boolean bootable, List<LayerFile> chain) {
  /** How many disks a machine can have. */
  public static final int SLOTS = 24;

  public DiskSpec {
    if (slot < 0 || slot >= SLOTS) {
      throw new IllegalArgumentException("slot " + slot);
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("no layers for volume " + volume);
    }
    chain = List.copyOf(chain);
  }

  /** The layer that is written to. */
  public LayerFile top() {
    return chain.getLast();
  }
}
