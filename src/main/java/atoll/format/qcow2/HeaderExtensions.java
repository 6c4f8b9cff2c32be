package atoll.format.qcow2;

import static atoll.format.qcow2.Qcow2Format.*;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The header extensions that a reader needs; others are passed over.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Header extensions", "String header extensions" and "Feature
 * name table".
 */
final class HeaderExtensions {
  private static final int FEATURE_NAME_BYTES = 48;
  private static final int FEATURE_INCOMPATIBLE = 0;

  private final MetadataBytes header;
  private final Set<Integer> seen = new HashSet<>();
  private final Map<Integer, String> incompatibleFeatures = new HashMap<>();
  private @Nullable String backingFormat;
  private @Nullable MetadataBytes bitmaps;

  private HeaderExtensions(MetadataBytes header) {
    this.header = header;
  }

  /** Reads the extensions between {@code start} and {@code end} of the first cluster. */
  static HeaderExtensions read(MetadataBytes header, int start, int end) throws IOException {
    var extensions = new HeaderExtensions(header);
    int offset = start;
    while (offset < end) {
      if (end - offset < 8) {
        throw header.corrupt("header extension", "at " + offset + " is cut off");
      }
      int type = header.int32(offset);
      if (type == EXTENSION_END) {
        break;
      }
      long length = header.uint32(offset + 4);
      if (length > end - offset - 8) {
        throw header.corrupt("header extension", "at " + offset + " is too long");
      }
      extensions.take(type, offset + 8, (int) length);
      offset += 8 + (((int) length + 7) & ~7);
    }
    return extensions;
  }

  private void take(int type, int offset, int length) throws IOException {
    switch (type) {
      case EXTENSION_BACKING_FORMAT -> takeBackingFormat(offset, length);
      case EXTENSION_FEATURE_NAMES -> takeFeatureNames(offset, length);
      case EXTENSION_BITMAPS ->
          bitmaps = new MetadataBytes(header.file(), header.bytes().slice(offset, length));
      case EXTENSION_ENCRYPTION -> {}
      default -> {
        return;
      }
    }
    if (!seen.add(type)) {
      throw header.corrupt("header extension", Integer.toHexString(type) + " comes twice");
    }
  }

  private void takeBackingFormat(int offset, int length) throws IOException {
    if (length > BACKING_FORMAT_BYTES_MAX) {
      throw header.corrupt("backing file format", "is " + length + " bytes long");
    }
    backingFormat = length == 0 ? null : header.text("backing file format", offset, length);
  }

  private void takeFeatureNames(int offset, int length) {
    for (int at = offset; at + FEATURE_NAME_BYTES <= offset + length; at += FEATURE_NAME_BYTES) {
      if (header.uint8(at) == FEATURE_INCOMPATIBLE) {
        var name = new byte[FEATURE_NAME_BYTES - 2];
        header.bytes().get(at + 2, name);
        incompatibleFeatures.put(
            (int) header.uint8(at + 1),
            new String(name, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", ""));
      }
    }
  }

  /** The format of the backing file as the image names it. */
  @Nullable String backingFormat() {
    return backingFormat;
  }

  /** The extension that says where the bitmap directory is; not checked yet. */
  @Nullable MetadataBytes bitmaps() {
    return bitmaps;
  }

  boolean has(int type) {
    return seen.contains(type);
  }

  /** The names of incompatible features, by the image's own table where that has them. */
  String featureNames(long features) {
    var names = new StringJoiner(", ");
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if (((features >>> bit) & 1) != 0) {
        names.add(incompatibleFeatures.getOrDefault(bit, "unknown feature") + " (bit " + bit + ")");
      }
    }
    return names.toString();
  }
}
