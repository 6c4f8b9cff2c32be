package atoll.repository;

import java.util.List;
import java.util.UUID;

/**
 * What a verification read and found.
 *
 * @param snapshots how many snapshots were verified
 * @param nodes how many different nodes were read
 * @param chunks how many different chunks were read; none by a quick one
 * @param bytesRead how long these chunks are on the store
 * @param damage what is not as it was written; empty if all is well
 */
public record VerifyReport(
    int snapshots, long nodes, long chunks, long bytesRead, List<Damage> damage) {
  public VerifyReport {
    damage = List.copyOf(damage);
  }

  /** Whether nothing was found. */
  public boolean isClean() {
    return damage.isEmpty();
  }

  /**
   * A damaged record or object.
   *
   * @param objectKey the object it lies in
   * @param offsetBytes where in it
   * @param problem what was expected and found
   * @param needs the snapshots that need it, and where; none if only a pack's directory is damaged
   */
  public record Damage(String objectKey, long offsetBytes, String problem, List<Need> needs) {
    public Damage {
      needs = List.copyOf(needs);
    }
  }

  /**
   * A range of a snapshot that cannot be read.
   *
   * @param lengthBytes {@link Long#MAX_VALUE} if it is the manifest that cannot be read
   */
  public record Need(UUID snapshot, long offsetBytes, long lengthBytes) {}
}
