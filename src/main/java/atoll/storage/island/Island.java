package atoll.storage.island;

import atoll.format.BlockImage;
import atoll.format.CorruptImageException;
import atoll.format.Extent;
import atoll.format.ImageChain;
import atoll.format.NewFile;
import atoll.format.qcow2.BackingFileName;
import atoll.format.qcow2.Qcow2Image;
import atoll.format.qcow2.Qcow2Spec;
import atoll.format.qcow2.Qcow2Writer;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import atoll.storage.LayerFilling;
import atoll.storage.LostContentException;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Layers as qcow2 files: {@code FOLDER/VOLUME/LAYER.qcow2}, each over the one its header names.
 *
 * <p>Clusters have 64 KiB, as the chunks of a repository have by default, so that a changed cluster
 * is a whole chunk.
 */
public final class Island implements VolumeDriver {
  private static final Pattern FILE = Pattern.compile("([1-9][0-9]{0,17})\\.qcow2");

  private static final byte[] MAGIC = {'Q', 'F', 'I', (byte) 0xfb};

  private final Path folder;

  private Island(Path folder) {
    this.folder = folder;
  }

  /** Opens the storage in {@code folder}, which is made if it is not there. */
  public static Island open(Path folder) throws IOException {
    return new Island(Files.createDirectories(folder.toAbsolutePath()).toRealPath());
  }

  @Override
  public void create(VolumeId volume, LayerId layer, long sizeBytes, @Nullable LayerId backing)
      throws IOException {
    makeFolder(volume);
    Qcow2Spec spec = Qcow2Spec.ofSize(sizeBytes);
    Qcow2Writer.createEmpty(
        path(volume, layer), backing == null ? spec : spec.over(fileName(backing)));
    NewFile.syncFolder(folder(volume));
  }

  @Override
  public LayerFilling fill(VolumeId volume, LayerId layer, long sizeBytes, BlockImage content)
      throws IOException {
    makeFolder(volume);
    Path file = path(volume, layer);
    Files.deleteIfExists(file);
    Qcow2Writer writer =
        Qcow2Writer.create(
            file,
            Qcow2Spec.ofSize(sizeBytes),
            visitor -> content.extents(0, content.sizeBytes(), visitor));
    return new Filling(writer, folder(volume));
  }

  /** A file that is being written. */
  private record Filling(Qcow2Writer writer, Path folder) implements LayerFilling {
    @Override
    public void write(long offsetBytes, ByteBuffer content) throws IOException {
      writer.write(offsetBytes, content);
    }

    @Override
    public void finish() throws IOException {
      writer.finish(true);
      NewFile.syncFolder(folder);
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  @Override
  public BlockImage open(VolumeId volume, List<LayerId> chain, int upper) throws IOException {
    var topFirst = new ArrayList<BlockImage>();
    try {
      for (LayerId layer : chain.reversed()) {
        topFirst.add(openLayer(volume, layer));
      }
      return ImageChain.above(topFirst, upper);
    } catch (IOException | RuntimeException e) {
      closeAfter(topFirst, e);
      throw e;
    }
  }

  private Qcow2Image openLayer(VolumeId volume, LayerId layer) throws IOException {
    Path file = path(volume, layer);
    try {
      return Qcow2Image.open(file);
    } catch (NoSuchFileException e) {
      throw lost(volume, layer, "there is no " + file);
    } catch (CorruptImageException e) {
      throw lost(volume, layer, "it is damaged: " + e.getMessage());
    }
  }

  private static LostContentException lost(VolumeId volume, LayerId layer, String why) {
    return new LostContentException(
        "layer %s of volume %s cannot be read: %s".formatted(layer, volume, why));
  }

  private static void closeAfter(List<BlockImage> images, Exception cause) {
    try {
      ImageChain.closeAll(images);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public Optional<LayerId> backing(VolumeId volume, LayerId layer) throws IOException {
    try (Qcow2Image image = openLayer(volume, layer)) {
      String name = image.backingFile();
      if (name == null) {
        return Optional.empty();
      }
      return Optional.of(
          layerOf(Path.of(name))
              .orElseThrow(() ->
                  new IOException(
                      "layer %s of volume %s lies over %s, which is no layer"
                          .formatted(layer, volume, name))));
    }
  }

  @Override
  public void layOver(VolumeId volume, LayerId layer, LayerId backing) throws IOException {
    String wanted = fileName(backing);
    String now;
    try (Qcow2Image image = openLayer(volume, layer)) {
      now = image.backingFile();
    }
    if (!wanted.equals(now)) {
      BackingFileName.write(path(volume, layer), wanted);
    }
  }

  @Override
  public boolean covers(VolumeId volume, LayerId into, LayerId from) throws IOException {
    try (Qcow2Image source = openLayer(volume, from);
        Qcow2Image target = openLayer(volume, into)) {
      return Coverage.isWhole(source, target);
    }
  }

  @Override
  public boolean holdsData(VolumeId volume, LayerId layer) throws IOException {
    if (!isWhole(volume, layer)) {
      return false;
    }
    boolean[] holds = new boolean[1];
    try (Qcow2Image image = openLayer(volume, layer)) {
      image.extents(
          0, image.sizeBytes(), extent -> holds[0] |= extent.kind() != Extent.Kind.ABSENT);
    }
    return holds[0];
  }

  @Override
  public long allocatedBytes(VolumeId volume, LayerId layer) throws IOException {
    try (Qcow2Image image = openLayer(volume, layer)) {
      return image.allocatedBytes();
    }
  }

  @Override
  public Path path(VolumeId volume, LayerId layer) {
    return folder(volume).resolve(fileName(layer));
  }

  @Override
  public Set<LayerId> list(VolumeId volume) throws IOException {
    var layers = new HashSet<LayerId>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(volume))) {
      for (Path file : files) {
        layerOf(file).ifPresent(layers::add);
      }
    } catch (NoSuchFileException e) {
      return Set.of();
    }
    return layers;
  }

  @Override
  public void sync(VolumeId volume, LayerId layer) throws IOException {
    try (var file = FileChannel.open(path(volume, layer), StandardOpenOption.WRITE)) {
      file.force(true);
    }
  }

  @Override
  public void remove(VolumeId volume, LayerId layer) throws IOException {
    boolean was = Files.deleteIfExists(path(volume, layer));
    try {
      if (Files.deleteIfExists(folder(volume))) {
        NewFile.syncFolder(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // Other layers are still there: the folder goes with the last.
      if (was) {
        NewFile.syncFolder(folder(volume));
      }
    }
  }

  @Override
  public long freeBytes() throws IOException {
    // Not from the file store, which looks for its mount in a list that may change meanwhile.
    long free = folder.toFile().getUsableSpace();
    if (free == 0 && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    return free;
  }

  @Override
  public long totalBytes() throws IOException {
    long total = folder.toFile().getTotalSpace();
    if (total == 0 && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    return total;
  }

  /** A layer's header is written last: a file that does not begin with its magic never was one. */
  private boolean isWhole(VolumeId volume, LayerId layer) throws IOException {
    Path file = path(volume, layer);
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    } catch (NoSuchFileException e) {
      throw lost(volume, layer, "there is no " + file);
    }
  }

  private void makeFolder(VolumeId volume) throws IOException {
    Path path = folder(volume);
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
      NewFile.syncFolder(folder);
    }
  }

  private Path folder(VolumeId volume) {
    return folder.resolve(volume.toString());
  }

  private static String fileName(LayerId layer) {
    return layer + ".qcow2";
  }

  private static Optional<LayerId> layerOf(Path file) {
    Matcher name = FILE.matcher(file.getFileName().toString());
    return name.matches()
        ? Optional.of(new LayerId(Long.parseLong(name.group(1))))
        : Optional.empty();
  }
}
