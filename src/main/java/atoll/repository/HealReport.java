package atoll.repository;

import java.util.List;

/**
 * What was healed, and what could not be.
 *
 * @param healed how many chunks and nodes were written anew that were damaged, or lay in packs
 *     whose directories are: they are whole for all snapshots that need them
 * @param bytesWritten how long the packs are that they were written to
 * @param left what is still damaged
 */
public record HealReport(int healed, long bytesWritten, List<VerifyReport.Damage> left) {
  public HealReport {
    left = List.copyOf(left);
  }
}
