package atoll.demo;

import atoll.demo.bench.FileTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * A raw disk image with real files on it: programs and libraries of this host, in an ext4 file
 * system on the disk's one partition.
 *
 * @param image the raw image
 * @param files how many files are on it
 * @param fileBytes what they hold together
 */
record DataDisk(Path image, int files, long fileBytes) {
  /** Where the partition begins; the bytes before it, but for the first sector, are nobody's. */
  static final long PARTITION_BYTES = 1 << 20;

  private static final long FILE_MIN_BYTES = 64 << 10;
  private static final long FILE_MAX_BYTES = 96 << 20;
  private static final int LINUX_PARTITION = 0x83;

  /**
   * Makes one in {@code folder}.
   *
   * @param sizeBytes of the disk
   * @param wantedBytes how much its files are to hold, at least
   * @throws IOException if this host has not that many files to read
   */
  static DataDisk make(Path folder, long sizeBytes, long wantedBytes)
      throws IOException, InterruptedException {
    Path staging = Files.createDirectory(folder.resolve("files"));
    long gathered = 0;
    int count = 0;
    for (Path file : candidates(wantedBytes)) {
      Path target = staging.resolve("d" + count / 100).resolve("f" + count);
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
      gathered += Files.size(target);
      count++;
    }
    if (gathered < wantedBytes) {
      throw new IOException(
          "found only %d MiB of files under /usr for the data disk, %d are needed"
              .formatted(gathered >> 20, wantedBytes >> 20));
    }
    Path image = folder.resolve("data.raw");
    writePartitionTable(image, sizeBytes);
    makeFileSystem(image, staging, sizeBytes);
    new FileTree(staging).delete();
    return new DataDisk(image, count, gathered);
  }

  private static List<Path> candidates(long wantedBytes) throws IOException {
    var found = new ArrayList<Path>();
    for (Path root : List.of(Path.of(System.getProperty("java.home")), Path.of("/usr"))) {
      Files.walkFileTree(root, new Gatherer(found, wantedBytes));
    }
    return found;
  }

  /** Gathers regular files that can be read, until there is enough. */
  private static final class Gatherer extends SimpleFileVisitor<Path> {
    private final List<Path> found;
    private final long wantedBytes;
    private long bytes;

    Gatherer(List<Path> found, long wantedBytes) {
      this.found = found;
      this.wantedBytes = wantedBytes;
      for (Path file : found) {
        bytes += file.toFile().length();
      }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (bytes >= wantedBytes) {
        return FileVisitResult.TERMINATE;
      }
      boolean fits = attributes.size() >= FILE_MIN_BYTES && attributes.size() <= FILE_MAX_BYTES;
      if (attributes.isRegularFile() && fits && Files.isReadable(file)) {
        found.add(file);
        bytes += attributes.size();
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof AccessDeniedException) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      throw e;
    }
  }

  /** One Linux partition from {@link #PARTITION_BYTES} to the end, in a master boot record. */
  private static void writePartitionTable(Path image, long sizeBytes) throws IOException {
    var sector = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    sector.put(446 + 4, (byte) LINUX_PARTITION);
    sector.putInt(446 + 8, (int) (PARTITION_BYTES / 512));
    sector.putInt(446 + 12, (int) ((sizeBytes - PARTITION_BYTES) / 512));
    sector.putShort(510, (short) 0xAA55);
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(sector, 0);
      channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
    }
  }

  private static void makeFileSystem(Path image, Path files, long sizeBytes)
      throws IOException, InterruptedException {
    Tool.run(
        List.of(
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-L",
            "data",
            "-d",
            files.toString(),
            "-E",
            "offset=" + PARTITION_BYTES + ",lazy_itable_init=1,nodiscard",
            image.toString(),
            (sizeBytes - PARTITION_BYTES) / 1024 + "k"));
  }
}
