package atoll.hypervisor.qemu;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the other end of a connection says in a fuzzed conversation: bytes up to {@link #PART_END},
 * then the next part for each line it hears. {@link #ID} stands for the id it heard last.
 */
final class Script {
  static final byte PART_END = 0x1e;
  static final byte ID = 0x1a;

  private static final Pattern HEARD_ID = Pattern.compile("\"id\" ?: ?([0-9]+)");

  private final byte[] all;
  private int from;
  private byte[] id = {'0'};

  Script(byte[] all) {
    this.all = all;
  }

  /** Whether there is another part; the last may be empty. */
  boolean hasNext() {
    return from <= all.length;
  }

  /** A line that the other end was told. */
  void heard(byte[] line) {
    Matcher matcher = HEARD_ID.matcher(new String(line, StandardCharsets.ISO_8859_1));
    if (matcher.find()) {
      id = matcher.group(1).getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** The next part. */
  byte[] next() {
    var part = new ByteArrayOutputStream();
    for (; from < all.length && all[from] != PART_END; from++) {
      if (all[from] == ID) {
        part.writeBytes(id);
      } else {
        part.write(all[from]);
      }
    }
    from++;
    return part.toByteArray();
  }
}
