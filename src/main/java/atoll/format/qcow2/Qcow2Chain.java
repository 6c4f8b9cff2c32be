package atoll.format.qcow2;

import atoll.format.BlockImage;
import atoll.format.CorruptImageException;
import atoll.format.ImageChain;
import atoll.format.RawImage;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens an image with all layers beneath it, by the backing file names in their headers.
 *
 * <p>A header may come from a tenant, so it is followed only where no harm can be: to files in one
 * folder, of a format that the header names. A backing file without a format would have to be
 * probed, and a raw disk whose guest wrote a qcow2 header into it would then lead anywhere.
 */
public final class Qcow2Chain {
  /** How many layers a chain can have. */
  public static final int LAYERS_MAX = 128;

  private Qcow2Chain() {}

  /**
   * Opens the qcow2 image {@code top} and what is beneath it. A relative name starts at the folder
   * of the file that has it.
   *
   * @param allowedFolder where all backing files must lie, also after symbolic links are resolved
   * @throws CorruptImageException if a name leads elsewhere, in a circle or too deep, or its format
   *     is not {@code qcow2} or {@code raw}
   */
  public static ImageChain open(Path top, Path allowedFolder) throws IOException {
    return open(top, allowedFolder, Qcow2Image::open);
  }

  /**
   * Opens {@code top} as it was when an internal snapshot was taken, over the same layers as now.
   *
   * @param id that of the snapshot in {@code top}
   * @throws java.nio.file.FileSystemException if there is no such snapshot
   * @throws CorruptImageException as for {@link #open(Path, Path)}
   */
  public static ImageChain openAt(Path top, String id, Path allowedFolder) throws IOException {
    return open(top, allowedFolder, file -> Qcow2Image.openAt(file, id));
  }

  @FunctionalInterface
  private interface Opener {
    Qcow2Image open(Path file) throws IOException;
  }

  private static ImageChain open(Path top, Path allowedFolder, Opener opener) throws IOException {
    Path allowed = allowedFolder.toRealPath();
    List<BlockImage> layers = new ArrayList<>();
    try {
      openLayers(top.toAbsolutePath(), opener, allowed, layers);
      return ImageChain.of(layers);
    } catch (IOException | RuntimeException e) {
      try {
        ImageChain.closeAll(layers);
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private static void openLayers(Path top, Opener topOpener, Path allowed, List<BlockImage> layers)
      throws IOException {
    Set<Path> seen = new HashSet<>();
    Path named = top;
    Path real = top.toRealPath();
    while (true) {
      if (!seen.add(real)) {
        throw new CorruptImageException(named, "backing file", "leads back to " + real);
      }
      if (layers.size() == LAYERS_MAX) {
        throw new CorruptImageException(top, "backing file", "more than " + LAYERS_MAX + " layers");
      }
      Qcow2Image image = layers.isEmpty() ? topOpener.open(real) : Qcow2Image.open(real);
      layers.add(image);
      String backingFile = image.backingFile();
      if (backingFile == null) {
        return;
      }
      boolean raw = isRaw(named, image.backingFormat());
      Path overlay = named;
      named = resolve(overlay, backingFile);
      real = real(overlay, named, allowed);
      if (raw) {
        layers.add(RawImage.open(real));
        return;
      }
    }
  }

  private static boolean isRaw(Path overlay, @Nullable String format) throws CorruptImageException {
    return switch (format) {
      case "raw" -> true;
      case "qcow2" -> false;
      case null -> throw new CorruptImageException(overlay, "backing file format", "is missing");
      default ->
          throw new CorruptImageException(
              overlay, "backing file format", "is '" + format + "', not qcow2 or raw");
    };
  }

  private static Path resolve(Path overlay, String name) throws CorruptImageException {
    if (hasProtocol(name)) {
      throw new CorruptImageException(
          overlay, "backing file name", "is '" + name + "', not that of a file");
    }
    try {
      return overlay.resolveSibling(name);
    } catch (InvalidPathException e) {
      var corrupt = new CorruptImageException(overlay, "backing file name", e.getReason());
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private static Path real(Path overlay, Path named, Path allowed) throws IOException {
    Path real = named.toRealPath();
    if (!real.startsWith(allowed)) {
      throw new CorruptImageException(
          overlay, "backing file name", "leads to " + real + ", not into " + allowed);
    }
    return real;
  }

  /** For QEMU a colon before the first slash makes a name a protocol, {@code json:} among them. */
  static boolean hasProtocol(String name) {
    int colon = name.indexOf(':');
    int slash = name.indexOf('/');
    return colon >= 0 && (slash < 0 || colon < slash);
  }
}
