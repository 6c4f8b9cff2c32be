package atoll.format.qcow2;

import atoll.format.CorruptImageException;
import java.nio.file.Path;

/**
 * Where in a file a table can be: at a cluster boundary, behind the header, and in whole.
 *
 * @param fileBytes length of the file
 */
record TableBounds(Path file, long fileBytes, int clusterBytes) {
  /**
   * Refuses a table that is elsewhere, or longer than {@code maxBytes}.
   *
   * @param field what says where the table is
   * @param offset as it is there, so perhaps negative
   */
  void check(String field, long offset, long lengthBytes, long maxBytes)
      throws CorruptImageException {
    String is = "is " + Long.toUnsignedString(offset);
    if (lengthBytes > maxBytes) {
      throw corrupt(field, is + ", of a table of " + lengthBytes + " bytes: too large");
    }
    if ((offset & (clusterBytes - 1)) != 0) {
      throw corrupt(field, is + ", not at a cluster boundary");
    }
    if (lengthBytes == 0) {
      return;
    }
    if (offset == 0) {
      throw corrupt(field, is + ", within the header");
    }
    if (offset < 0 || offset > fileBytes - lengthBytes) {
      throw corrupt(field, is + ", of a table beyond the end of the file");
    }
  }

  private CorruptImageException corrupt(String field, String problem) {
    return new CorruptImageException(file, field, problem);
  }
}
