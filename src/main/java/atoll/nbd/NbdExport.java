package atoll.nbd;

import atoll.format.BlockImage;
import java.nio.charset.StandardCharsets;

/**
 * An image that clients may read. It stays its owner's: the server never closes it.
 *
 * @param name what clients ask for, at most 4096 bytes of UTF-8
 * @param description for people, as long at most
 * @param preferredBytes reads aligned to this cost least: a power of two from 512 bytes to 32 MiB
 */
public record NbdExport(String name, String description, BlockImage image, int preferredBytes) {
  /** What the protocol assumes where nobody says better. */
  public static final int PREFERRED_BYTES = 4096;

  /** The longest name and description, in bytes. */
  public static final int NAME_MAX = Protocol.STRING_BYTES_MAX;

  public NbdExport {
    if (bytesOf(name) > NAME_MAX || bytesOf(description) > NAME_MAX) {
      throw new IllegalArgumentException(
          "the name or description of export '" + name + "' is longer than 4096 bytes");
    }
    if (Integer.bitCount(preferredBytes) != 1
        || preferredBytes < 512
        || preferredBytes > Protocol.PAYLOAD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "export '" + name + "' prefers blocks of " + preferredBytes + " bytes");
    }
  }

  private static int bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The flags that say what can be done with it. */
  int transmissionFlags(boolean isStructured) {
    return Protocol.FLAG_HAS_FLAGS
        | Protocol.FLAG_READ_ONLY
        | Protocol.FLAG_CAN_MULTI_CONN
        | Protocol.FLAG_SEND_CACHE
        | (isStructured ? Protocol.FLAG_SEND_DF : 0);
  }
}
