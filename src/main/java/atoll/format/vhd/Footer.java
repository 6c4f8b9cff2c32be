package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import atoll.format.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/**
 * What stands at the end of every VHD file and, as a copy, at the start of those with blocks.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format".
 *
 * @param headerOffset where the header with the blocks' table lies; {@link VhdFormat#NO_OFFSET} in
 *     a fixed disk
 * @param timestamp when it was made, in the format's own seconds
 * @param creator four characters that name the program that made it
 * @param currentBytes length of the disk as its maker says
 */
record Footer(
    VhdType type,
    long headerOffset,
    int timestamp,
    String creator,
    long currentBytes,
    Geometry geometry,
    UUID id) {
  /** The same four characters with which QEMU marks a disk whose current size is exact. */
  static final String CREATOR_EXACT_SIZE = "qem2";

  private static final Set<String> CREATORS_OF_EXACT_SIZES =
      Set.of(CREATOR_EXACT_SIZE, "tap\0", "win ", "d2v ", "CTXS");

  private static final int CREATOR = 28;
  private static final int CREATOR_BYTES = 4;
  private static final int CREATOR_VERSION = 0x00050003;
  private static final int CREATOR_HOST_WINDOWS = 0x5769326b; // "Wi2k"

  /** Whether bytes are a footer at all: without it, what they say is not listened to. */
  static boolean isIntact(ByteBuffer bytes) {
    return hasCookie(bytes) && bytes.getInt(FOOTER_CHECKSUM) == checksum(bytes, FOOTER_CHECKSUM);
  }

  static boolean hasCookie(ByteBuffer bytes) {
    return bytes.limit() >= FOOTER_BYTES && bytes.getLong(0) == FOOTER_COOKIE;
  }

  static boolean saysFixed(ByteBuffer bytes) {
    return bytes.getInt(60) == VhdType.FIXED.code();
  }

  /** Reads what an intact footer says. */
  static Footer of(Path file, ByteBuffer bytes) throws CorruptImageException {
    int version = bytes.getInt(12);
    if (version != VERSION) {
      throw new CorruptImageException(file, "footer: version", "is 0x%08x".formatted(version));
    }
    var creator = new byte[CREATOR_BYTES];
    bytes.get(CREATOR, creator);
    var footer =
        new Footer(
            type(file, bytes.getInt(60)),
            bytes.getLong(16),
            bytes.getInt(24),
            new String(creator, StandardCharsets.ISO_8859_1),
            bytes.getLong(48),
            Geometry.of(bytes.getInt(56)),
            uuid(bytes, 68));
    if (footer.currentBytes < 0 || footer.sectors() > SECTORS_MAX) {
      throw new CorruptImageException(
          file,
          "footer: current size",
          "is " + Long.toUnsignedString(footer.currentBytes) + " bytes, more than 2040 GiB");
    }
    return footer;
  }

  private static VhdType type(Path file, int code) throws CorruptImageException {
    for (VhdType type : VhdType.values()) {
      if (type.code() == code) {
        return type;
      }
    }
    throw new CorruptImageException(
        file, "footer: disk type", "is " + Integer.toUnsignedLong(code));
  }

  /**
   * Length of the disk in sectors. Virtual PC shows its guests what the geometry covers, and leaves
   * a tail of the current size unused; others round the geometry and mean the current size.
   *
   * <p>Source: QEMU block/vpc.c, vpc_ignore_current_size.
   */
  private long sectors() {
    boolean exact = CREATORS_OF_EXACT_SIZES.contains(creator) || geometry.isLargest();
    return exact ? currentBytes / SECTOR_BYTES : geometry.sectors();
  }

  /** Length of the disk in bytes: a multiple of 512, at most 2040 GiB. */
  long sizeBytes() {
    return sectors() * SECTOR_BYTES;
  }

  /** Whether two footers lead to the same disk. */
  boolean agreesWith(Footer other) {
    return type == other.type
        && headerOffset == other.headerOffset
        && sizeBytes() == other.sizeBytes()
        && id.equals(other.id);
  }

  /** The footer of a new disk, whose size is to be taken as it is. */
  static Footer of(VhdSpec spec, VhdType type) {
    long headerOffset = type == VhdType.FIXED ? NO_OFFSET : FOOTER_BYTES;
    return new Footer(
        type,
        headerOffset,
        VhdFormat.timestamp(spec.createdAt()),
        CREATOR_EXACT_SIZE,
        spec.sizeBytes(),
        Geometry.LARGEST,
        spec.id());
  }

  /** Its 512 bytes. */
  ByteBuffer bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(FOOTER_BYTES);
    bytes.putLong(FOOTER_COOKIE);
    bytes.putInt(FEATURES_RESERVED);
    bytes.putInt(VERSION);
    bytes.putLong(headerOffset);
    bytes.putInt(timestamp);
    bytes.put(creator.getBytes(StandardCharsets.ISO_8859_1));
    bytes.putInt(CREATOR_VERSION);
    bytes.putInt(CREATOR_HOST_WINDOWS);
    bytes.putLong(currentBytes); // original size
    bytes.putLong(currentBytes);
    bytes.putInt(geometry.field());
    bytes.putInt(type.code());
    bytes.putInt(0); // checksum
    bytes.putLong(id.getMostSignificantBits());
    bytes.putLong(id.getLeastSignificantBits());
    bytes.putInt(FOOTER_CHECKSUM, checksum(bytes, FOOTER_CHECKSUM));
    return bytes.rewind();
  }
}
