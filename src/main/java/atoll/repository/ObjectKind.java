package atoll.repository;

import java.nio.charset.StandardCharsets;

/** The sealed objects, by the magic they begin with. */
enum ObjectKind {
  PACK("ATOLLPAK"),
  MANIFEST("ATOLLSNP"),
  LEASE("ATOLLLSE"),
  COMMIT("ATOLLCMT"),
  COLLECTOR("ATOLLCOL"),
  CONDEMNED("ATOLLCND"),
  RELOCATION("ATOLLREL"),
  DAMAGED("ATOLLDMG"),
  OLD_TOMBSTONES("ATOLLOTS");

  private final String magic;

  ObjectKind(String magic) {
    this.magic = magic;
  }

  /** Eight bytes of ASCII. */
  byte[] magic() {
    return magic.getBytes(StandardCharsets.US_ASCII);
  }
}
