package atoll.demo;

/** The figures of a chapter while they are gathered. */
final class Measured {
  double takeMillis;
  double takeMaxMillis;
  double gapMillis;
  double baselineMillis;
  long fullBytesRead;
  long fullBytesStored;
  long incrementBytesChanged;
  long incrementBytesRead;
  long incrementBytesStored;
  double restoreMillis;
  double bootMillis;
  boolean verified;

  Figures figures() {
    return new Figures(
        takeMillis,
        takeMaxMillis,
        gapMillis,
        baselineMillis,
        fullBytesRead,
        fullBytesStored,
        incrementBytesChanged,
        incrementBytesRead,
        incrementBytesStored,
        restoreMillis,
        bootMillis,
        verified);
  }
}
