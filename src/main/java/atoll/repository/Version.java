package atoll.repository;

/** What manifests say wrote them. */
final class Version {
  static final String PROGRAM = program();

  private Version() {}

  private static String program() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "atoll" : "atoll " + version;
  }
}
