package atoll.format.qcow2;

import atoll.format.CorruptImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A part of an image file, such as the first cluster, where header, extensions and backing file
 * name lie. Offsets count from its begin.
 */
record MetadataBytes(Path file, ByteBuffer bytes) {
  int length() {
    return bytes.limit();
  }

  byte uint8(int offset) {
    return bytes.get(offset);
  }

  int uint16(int offset) {
    return Short.toUnsignedInt(bytes.getShort(offset));
  }

  int int32(int offset) {
    return bytes.getInt(offset);
  }

  long uint32(int offset) {
    return Integer.toUnsignedLong(bytes.getInt(offset));
  }

  long int64(int offset) {
    return bytes.getLong(offset);
  }

  /** A text; one with a zero byte is refused, because QEMU would read it only up to there. */
  String text(String field, int offset, int length) throws IOException {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(offset, length)).toString();
      if (text.indexOf('\0') >= 0) {
        throw corrupt(field, "has a zero byte");
      }
      return text;
    } catch (CharacterCodingException e) {
      CorruptImageException corrupt = corrupt(field, "is not UTF-8");
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  CorruptImageException corrupt(String field, String problem) {
    return new CorruptImageException(file, field, problem);
  }
}
