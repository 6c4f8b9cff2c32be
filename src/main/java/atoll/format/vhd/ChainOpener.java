package atoll.format.vhd;

import atoll.format.CorruptImageException;
import atoll.format.ImageChain;
import atoll.format.ImageFiles;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens the files of a chain one after the other and checks that each belongs to the next. */
final class ChainOpener {
  private final ImageFiles files;
  private final List<VhdImage> layers = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Set<Path> seen = new HashSet<>();

  private ChainOpener(ImageFiles files) {
    this.files = files;
  }

  /** A way to open all files of a chain. */
  @FunctionalInterface
  interface Way {
    void open(ChainOpener opener) throws IOException;
  }

  /** Opens a chain; closes what is open already if that fails. */
  static VhdChain open(ImageFiles files, Way way) throws IOException {
    var opener = new ChainOpener(files);
    try {
      way.open(opener);
      return new VhdChain(opener.layers, opener.warnings);
    } catch (IOException | RuntimeException e) {
      try {
        ImageChain.closeAll(opener.layers);
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  void openByName(Path leaf) throws IOException {
    Path file = files.real(leaf);
    VhdParent parent = add(file, null, null);
    while (parent != null) {
      Path child = file;
      file = find(child, parent);
      parent = add(file, child, parent);
    }
  }

  void openAll(List<Path> leafFirst) throws IOException {
    Path child = null;
    VhdParent parent = null;
    for (Path named : leafFirst) {
      Path file = files.real(named);
      if (child != null && parent == null) {
        throw new CorruptImageException(child, "disk type", "needs no parent, but has " + file);
      }
      parent = add(file, child, parent);
      child = file;
    }
    if (parent != null) {
      throw new CorruptImageException(
          leafFirst.getLast(), "parent", parent.id() + " is not among the files");
    }
  }

  /** Opens the next file, and says what it needs beneath it. */
  private @Nullable VhdParent add(Path file, @Nullable Path child, @Nullable VhdParent expected)
      throws IOException {
    if (!seen.add(file)) {
      throw new CorruptImageException(file, "parent", "leads back to it");
    }
    if (layers.size() == VhdChain.LAYERS_MAX) {
      throw new CorruptImageException(
          file, "parent", "more than " + VhdChain.LAYERS_MAX + " files");
    }
    VhdImage image = VhdImage.of(files.open(file));
    layers.add(image);
    if (child != null && expected != null) {
      checkSame(child, expected, file, image);
    }
    return image.parent();
  }

  private void checkSame(Path child, VhdParent expected, Path file, VhdImage image)
      throws IOException {
    if (!image.id().equals(expected.id())) {
      throw new CorruptImageException(
          child,
          "parent unique id",
          "is %s, but %s is %s".formatted(expected.id(), file, image.id()));
    }
    // Some programs note when the parent was made, others when its file was last written to.
    Instant changed = files.changedAt(file).truncatedTo(ChronoUnit.SECONDS);
    if (!expected.changedAt().equals(changed) && !expected.changedAt().equals(image.createdAt())) {
      warnings.add(
          "%s: parent time stamp is %s, but %s was written to at %s"
              .formatted(child, expected.changedAt(), file, changed));
    }
  }

  /** The first of a parent's names that is there. */
  private Path find(Path child, VhdParent parent) throws IOException {
    Path folder = files.real(child.resolveSibling("."));
    for (String name : parent.names()) {
      Path real;
      try {
        real = files.real(folder.resolve(name));
      } catch (NoSuchFileException | InvalidPathException e) {
        continue; // the header may have a name of another machine, and one that fits here
      }
      if (!folder.equals(real.getParent())) {
        throw new CorruptImageException(
            child, "parent", "'" + name + "' leads to " + real + ", not into " + folder);
      }
      return real;
    }
    throw new CorruptImageException(
        child, "parent", "is none of " + parent.names() + " in " + folder);
  }
}
