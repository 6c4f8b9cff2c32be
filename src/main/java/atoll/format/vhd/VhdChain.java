package atoll.format.vhd;

import atoll.format.BlockImage;
import atoll.format.CorruptImageException;
import atoll.format.ExtentVisitor;
import atoll.format.HostFiles;
import atoll.format.ImageChain;
import atoll.format.ImageFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk of differencing files over a fixed or dynamic one.
 *
 * <p>Each file beneath another has the unique id that the upper one names. That a parent was
 * written to after its child was made cannot be told for sure, because copying a file changes its
 * times: it is only a {@link #warnings warning}.
 */
public final class VhdChain implements BlockImage {
  /** How many files a chain can have. */
  public static final int LAYERS_MAX = 128;

  private final List<VhdImage> layers;
  private final List<String> warnings;
  private final ImageChain chain;

  VhdChain(List<VhdImage> layers, List<String> warnings) {
    this.layers = List.copyOf(layers);
    this.warnings = List.copyOf(warnings);
    this.chain = ImageChain.of(List.copyOf(layers));
  }

  /**
   * Opens a file with all beneath it. A parent is looked for by its name, without folders, beside
   * its child and nowhere else, also after symbolic links are resolved.
   *
   * @throws CorruptImageException if a parent is not there or is another disk, or the names lead in
   *     a circle or too deep
   */
  public static VhdChain open(Path leaf) throws IOException {
    return open(new HostFiles(), leaf);
  }

  /** As {@link #open(Path)}, among these files. */
  static VhdChain open(ImageFiles files, Path leaf) throws IOException {
    return ChainOpener.open(files, opener -> opener.openByName(leaf));
  }

  /**
   * Opens files that lie over one another, the topmost first, whatever they name their parents.
   *
   * @throws CorruptImageException if one is not the parent of the one before it, or the last needs
   *     a parent
   */
  public static VhdChain ofFiles(List<Path> leafFirst) throws IOException {
    return ofFiles(new HostFiles(), leafFirst);
  }

  /** As {@link #ofFiles(List)}, among these files. */
  static VhdChain ofFiles(ImageFiles files, List<Path> leafFirst) throws IOException {
    if (leafFirst.isEmpty()) {
      throw new IllegalArgumentException("no files");
    }
    return ChainOpener.open(files, opener -> opener.openAll(leafFirst));
  }

  /** The files, the topmost first; closed with the chain. */
  public List<VhdImage> layers() {
    return layers;
  }

  /** What is suspicious but may be in order: a sentence each, with the names of the files. */
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public long sizeBytes() {
    return chain.sizeBytes();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer destination) throws IOException {
    chain.read(offsetBytes, destination);
  }

  @Override
  public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
      throws IOException {
    chain.extents(offsetBytes, lengthBytes, visitor);
  }

  @Override
  public void close() throws IOException {
    chain.close();
  }
}
