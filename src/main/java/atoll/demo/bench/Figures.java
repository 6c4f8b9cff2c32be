package atoll.demo.bench;

/**
 * What a step took.
 *
 * @param seconds from the start of the program to its end
 * @param syncedSeconds the same, and then until all it wrote is on the disk
 * @param cpuSeconds of processors, of the program and all it started
 * @param peakBytes the most memory that one process had
 * @param storedBytes what the files hold that lie where the step writes: the tool's repository, or
 *     the folder with the restored image
 * @param diskBytes what these take on the disk
 * @param newDiskBytes how much of that was not there before
 */
record Figures(
    double seconds,
    double syncedSeconds,
    double cpuSeconds,
    long peakBytes,
    long storedBytes,
    long diskBytes,
    long newDiskBytes) {

  /** What is finer than a millisecond is noise. */
  Figures {
    seconds = rounded(seconds);
    syncedSeconds = rounded(syncedSeconds);
    cpuSeconds = rounded(cpuSeconds);
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 1000) / 1000.0;
  }
}
