package atoll.demo.service;

/**
 * How much there is to be in a database.
 *
 * @param volumes that are not deleted; a fifth of them belongs to one project
 * @param snapshots that are not deleted
 * @param backups that are not deleted
 * @param projects that have any of it
 * @param historyPercent how many deleted volumes and snapshots there are for each hundred others
 * @param seed decides all that is left to chance
 */
public record Sizes(
    int volumes, int snapshots, int backups, int projects, int historyPercent, long seed) {
  public Sizes {
    if (volumes < projects || projects < 2) {
      throw new IllegalArgumentException(
          "%d volumes in %d projects: say at least two projects, and a volume for each"
              .formatted(volumes, projects));
    }
    if (snapshots < 0 || backups < 0 || historyPercent < 0) {
      throw new IllegalArgumentException("there cannot be less than nothing");
    }
    if (snapshots == 0 && backups > 0) {
      throw new IllegalArgumentException("backups are of snapshots: say at least one");
    }
  }

  /** For people. */
  public String line() {
    return "%,d volumes, %,d snapshots, %,d backups in %d projects; %d deleted for each hundred"
        .formatted(volumes, snapshots, backups, projects, historyPercent);
  }
}
