package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import atoll.format.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what a header says of the parent. Of a path only the last part is kept: folders are those
 * of another machine, and where to look is not for the file to say.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Parent Locator Entry".
 */
record ParentReader(ImageFile file, ByteBuffer header, long contentEnd) {
  /** A Windows path has at most 32767 characters. */
  private static final int LOCATOR_BYTES_MAX = 64 << 10;

  /** No file of this host has a longer name. */
  private static final int NAME_BYTES_MAX = 255;

  private static final int WINDOWS_RELATIVE = 0x57327275; // "W2ru"
  private static final int WINDOWS_ABSOLUTE = 0x57326b75; // "W2ku"
  private static final int FILE_URL = 0x4d616358; // "MacX"

  VhdParent read() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    addLocators(names, WINDOWS_RELATIVE, StandardCharsets.UTF_16LE);
    addLocators(names, FILE_URL, StandardCharsets.UTF_8);
    ByteBuffer name = header.slice(HEADER_PARENT_NAME, PARENT_NAME_BYTES);
    add(names, StandardCharsets.UTF_16BE.decode(name).toString());
    addLocators(names, WINDOWS_ABSOLUTE, StandardCharsets.UTF_16LE);
    return new VhdParent(uuid(header, 40), instant(header.getInt(56)), List.copyOf(names));
  }

  private void addLocators(Set<String> names, int platform, Charset charset) throws IOException {
    for (int index = 0; index < PARENT_LOCATORS; index++) {
      int entry = HEADER_PARENT_LOCATORS + index * PARENT_LOCATOR_BYTES;
      if (header.getInt(entry) == platform) {
        add(names, charset.decode(locator(index, entry)).toString());
      }
    }
  }

  private ByteBuffer locator(int index, int entry) throws IOException {
    long length = Integer.toUnsignedLong(header.getInt(entry + 8));
    long offset = header.getLong(entry + 16);
    if (length > LOCATOR_BYTES_MAX || offset < 0 || offset > contentEnd - length) {
      throw new CorruptImageException(
          file.path(),
          "dynamic header: parent locator " + index,
          "is %d bytes at %s".formatted(length, Long.toUnsignedString(offset)));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    file.read(offset, bytes);
    return bytes.flip();
  }

  private static void add(Set<String> names, String path) {
    int zero = path.indexOf('\0');
    String text = zero < 0 ? path : path.substring(0, zero);
    String name = text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1);
    boolean fileName = !name.isEmpty() && !name.equals(".") && !name.equals("..");
    if (fileName && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX) {
      names.add(name);
    }
  }
}
