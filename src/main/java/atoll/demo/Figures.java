package atoll.demo;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What the main job cost.
 *
 * @param takeMillis median over the takes: from the engine's call to its durable answer, and the
 *     making of the layers it used
 * @param takeMaxMillis the longest of them
 * @param guestGapMillis median over the takes of the largest gap between heartbeats, seen from the
 *     host
 * @param guestGapBaselineMillis 99th percentile of the gaps in ten quiet seconds
 * @param fullBytesRead what the backup of the first snapshots read from primary storage
 * @param fullBytesStored what it added to the repository
 * @param incrementBytesChanged allocated clusters of the layers of the second snapshots, times
 *     their size
 * @param incrementBytesRead what their backup read
 * @param incrementBytesStored what it added to the repository
 * @param restoreMillis filling the base layers of the new volumes from the repository
 * @param bootMillis from starting the machine to the guest's first word
 * @param verified whether every byte and every counter was as it must be
 */
record Figures(
    @JsonProperty("take_ms") double takeMillis,
    @JsonProperty("take_max_ms") double takeMaxMillis,
    @JsonProperty("guest_gap_ms") double guestGapMillis,
    @JsonProperty("guest_gap_baseline_ms") double guestGapBaselineMillis,
    @JsonProperty("full_bytes_read") long fullBytesRead,
    @JsonProperty("full_bytes_stored") long fullBytesStored,
    @JsonProperty("increment_bytes_changed") long incrementBytesChanged,
    @JsonProperty("increment_bytes_read") long incrementBytesRead,
    @JsonProperty("increment_bytes_stored") long incrementBytesStored,
    @JsonProperty("restore_ms") double restoreMillis,
    @JsonProperty("boot_ms") double bootMillis,
    @JsonProperty("verified") boolean verified) {

  /** What is finer than a microsecond is noise. */
  Figures {
    takeMillis = rounded(takeMillis);
    takeMaxMillis = rounded(takeMaxMillis);
    guestGapMillis = rounded(guestGapMillis);
    guestGapBaselineMillis = rounded(guestGapBaselineMillis);
    restoreMillis = rounded(restoreMillis);
    bootMillis = rounded(bootMillis);
  }

  private static double rounded(double millis) {
    return Math.round(millis * 1000) / 1000.0;
  }
}
