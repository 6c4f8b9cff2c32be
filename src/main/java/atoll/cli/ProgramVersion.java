package atoll.cli;

import java.util.Objects;

/**
 * Which Atoll this is and which Java runs it: what a report of an error must say.
 *
 * @param atoll the release, or {@code unpackaged} when run from class files
 * @param java the release of the Java, such as 25.0.3+9-LTS
 * @param javaVendor who built that Java
 * @param javaHome where that Java lies
 */
record ProgramVersion(String atoll, String java, String javaVendor, String javaHome) {

  /** Of the running process. The release is in the jar's manifest. */
  static ProgramVersion running() {
    String release = ProgramVersion.class.getPackage().getImplementationVersion();
    return new ProgramVersion(
        Objects.requireNonNullElse(release, "unpackaged"),
        Runtime.version().toString(),
        System.getProperty("java.vendor", "unknown vendor"),
        System.getProperty("java.home", "unknown folder"));
  }

  /** For people, a line each. */
  String[] lines() {
    return new String[] {
      "atoll " + atoll, "Java %s (%s) in %s".formatted(java, javaVendor, javaHome)
    };
  }
}
