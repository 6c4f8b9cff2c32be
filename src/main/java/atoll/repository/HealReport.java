package atoll.repository;

import java.util.List;

/**
 * What was healed, and what could not be.
 *
 * @param healed how many damaged chunks and nodes are whole again for all snapshots that need them
 * @param bytesWritten how long the packs are that they were written to
 * @param left what is still damaged
 */
public record HealReport(int healed, long bytesWritten, List<VerifyReport.Damage> left) {
  public HealReport {
    left = List.copyOf(left);
  }
}
