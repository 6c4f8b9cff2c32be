package atoll.format.vhd;

import atoll.format.BlockImage;
import atoll.format.Extent.Kind;
import atoll.format.ExtentVisitor;
import atoll.format.HostFile;
import atoll.format.ImageFile;
import atoll.format.RawImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One VHD file as an image: its own layer only. A fixed or dynamic disk has nothing beneath it, so
 * what it does not hold is zeros; what a differencing disk does not hold is absent and reads as
 * zeros here, while {@link VhdChain} reads it from the parent.
 *
 * <p>The file must not be written to meanwhile. At most about 1 MiB of tables is kept in memory. An
 * interrupted thread fails with {@link java.nio.channels.ClosedByInterruptException} and disturbs
 * no other.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0.
 */
public final class VhdImage implements BlockImage {
  private final Footer footer;
  private final @Nullable VhdParent parent;
  private final BlockImage content;

  private VhdImage(Footer footer, @Nullable VhdParent parent, BlockImage content) {
    this.footer = footer;
    this.parent = parent;
    this.content = content;
  }

  /**
   * Opens an image and checks footer, header and block allocation table. Opens no other file,
   * whatever the header names.
   *
   * @throws atoll.format.CorruptImageException if it is not a VHD file that can be read
   */
  public static VhdImage open(Path path) throws IOException {
    return of(HostFile.open(path));
  }

  /** As {@link #open}, from an open file: it is closed with the image, or when this fails. */
  static VhdImage of(ImageFile file) throws IOException {
    try {
      return VhdReader.read(file);
    } catch (IOException | RuntimeException e) {
      try (file) {
        throw e;
      }
    }
  }

  static VhdImage fixed(ImageFile file, Footer footer) {
    return new VhdImage(footer, null, RawImage.of(file));
  }

  static VhdImage dynamic(ImageFile file, Footer footer, DynamicHeader header, BlockTable table) {
    return new VhdImage(
        footer,
        null,
        new BlockReader(file, footer.sizeBytes(), header.blockBits(), table, Kind.ZERO));
  }

  static VhdImage differencing(
      ImageFile file, Footer footer, DynamicHeader header, BlockTable table, VhdParent parent) {
    return new VhdImage(
        footer,
        parent,
        new BlockReader(file, footer.sizeBytes(), header.blockBits(), table, Kind.ABSENT));
  }

  /** Which of the three kinds of files it is. */
  public VhdType type() {
    return footer.type();
  }

  /** The id by which a child names it as its parent. */
  public UUID id() {
    return footer.id();
  }

  /** When it was made, as its maker says. */
  public Instant createdAt() {
    return VhdFormat.instant(footer.timestamp());
  }

  /** Four characters that name the program that made it, such as {@code tap} and a zero. */
  public String creator() {
    return footer.creator();
  }

  /** What a differencing disk says of its parent: not to be trusted. */
  public @Nullable VhdParent parent() {
    return parent;
  }

  /** By current size or geometry, as QEMU takes it: docs/vhd.md, "Sizes". */
  @Override
  public long sizeBytes() {
    return footer.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    // The content of a fixed disk does not know that the file is longer than the disk.
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes());
    content.read(offsetBytes, destination);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes());
    content.extents(offsetBytes, lengthBytes, visitor);
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
