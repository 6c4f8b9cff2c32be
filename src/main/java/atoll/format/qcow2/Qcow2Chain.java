package atoll.format.qcow2;

import atoll.format.BlockImage;
import atoll.format.CorruptImageException;
import atoll.format.HostFiles;
import atoll.format.ImageChain;
import atoll.format.ImageFile;
import atoll.format.ImageFiles;
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

  private final ImageFiles files;
  private final Path top;
  private final Path allowed;
  private final List<BlockImage> layers = new ArrayList<>();

  private Qcow2Chain(ImageFiles files, Path top, Path allowed) {
    this.files = files;
    this.top = top;
    this.allowed = allowed;
  }

  /**
   * Opens the qcow2 image {@code top} and what is beneath it. A relative name starts at the folder
   * of the file that has it.
   *
   * @param allowedFolder where all backing files must lie, also after symbolic links are resolved
   * @throws CorruptImageException if a name leads elsewhere, in a circle or too deep, or its format
   *     is not {@code qcow2} or {@code raw}
   */
  public static ImageChain open(Path top, Path allowedFolder) throws IOException {
    return open(new HostFiles(), top, allowedFolder);
  }

  /**
   * Opens {@code top} as it was when an internal snapshot was taken, over the same layers as now.
   *
   * @param id that of the snapshot in {@code top}
   * @throws java.nio.file.FileSystemException if there is no such snapshot
   * @throws CorruptImageException as for {@link #open(Path, Path)}
   */
  public static ImageChain openAt(Path top, String id, Path allowedFolder) throws IOException {
    return openAt(new HostFiles(), top, id, allowedFolder);
  }

  /** As {@link #open(Path, Path)}, among these files. */
  static ImageChain open(ImageFiles files, Path top, Path allowedFolder) throws IOException {
    return open(files, top, allowedFolder, Qcow2Image::of);
  }

  /** As {@link #openAt(Path, String, Path)}, among these files. */
  static ImageChain openAt(ImageFiles files, Path top, String id, Path allowedFolder)
      throws IOException {
    return open(files, top, allowedFolder, file -> Qcow2Image.at(file, id));
  }

  @FunctionalInterface
  private interface Opener {
    Qcow2Image open(ImageFile file) throws IOException;
  }

  private static ImageChain open(ImageFiles files, Path top, Path allowedFolder, Opener opener)
      throws IOException {
    var chain = new Qcow2Chain(files, top.toAbsolutePath(), files.real(allowedFolder));
    try {
      chain.openLayers(opener);
      return ImageChain.of(chain.layers);
    } catch (IOException | RuntimeException e) {
      try {
        ImageChain.closeAll(chain.layers);
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  private void openLayers(Opener topOpener) throws IOException {
    Set<Path> seen = new HashSet<>();
    Path named = top;
    Path real = files.real(top);
    while (true) {
      if (!seen.add(real)) {
        throw new CorruptImageException(named, "backing file", "leads back to " + real);
      }
      if (layers.size() == LAYERS_MAX) {
        throw new CorruptImageException(top, "backing file", "more than " + LAYERS_MAX + " layers");
      }
      Opener opener = layers.isEmpty() ? topOpener : Qcow2Image::of;
      Qcow2Image image = opener.open(files.open(real));
      layers.add(image);
      String backingFile = image.backingFile();
      if (backingFile == null) {
        return;
      }
      boolean raw = isRaw(named, image.backingFormat());
      Path overlay = named;
      named = resolve(overlay, backingFile);
      real = real(overlay, named);
      if (raw) {
        layers.add(RawImage.of(files.open(real)));
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

  private Path real(Path overlay, Path named) throws IOException {
    Path real = files.real(named);
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
