package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Files of this host, to be put on a disk: large and small, text and programs, as they lie below
 * some folders.
 *
 * @param files regular files that can be read
 * @param bytes the blocks of 4 KiB that they fill
 */
record HostContent(List<Path> files, long bytes) {
  /** What a file system gives to a file at least. */
  private static final int BLOCK_BYTES = 4096;

  /** No file is more than this part of all, so that one alone does not make the measure. */
  private static final int FILE_PART = 8;

  HostContent {
    files = List.copyOf(files);
  }

  private record Found(Path file, long blockBytes) {}

  /**
   * Chooses files at random; the same ones each time, while the host has the same.
   *
   * @param wantedBytes how much is chosen at most
   * @throws IOException if there is nothing to choose from
   */
  static HostContent choose(List<Path> roots, long wantedBytes, long seed) throws IOException {
    var found = new ArrayList<Found>();
    for (Path root : roots) {
      Files.walkFileTree(root, new Gatherer(found, wantedBytes / FILE_PART));
    }
    found.sort(Comparator.comparing(Found::file));
    Collections.shuffle(found, new Random(seed));
    var chosen = new ArrayList<Path>();
    long bytes = 0;
    for (Found each : found) {
      if (bytes + each.blockBytes() <= wantedBytes && Files.isReadable(each.file())) {
        chosen.add(each.file());
        bytes += each.blockBytes();
      }
    }
    if (chosen.isEmpty()) {
      throw new IOException(
          "no files to read below %s, of which an image could be made; name one with --image"
              .formatted(roots));
    }
    return new HostContent(chosen, bytes);
  }

  /** Gathers regular files; what may not be looked into is left out. */
  private static final class Gatherer extends SimpleFileVisitor<Path> {
    private final List<Found> found;
    private final long fileBytesMax;

    Gatherer(List<Found> found, long fileBytesMax) {
      this.found = found;
      this.fileBytesMax = fileBytesMax;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      long size = attributes.size();
      if (attributes.isRegularFile() && size > 0 && size <= fileBytesMax) {
        found.add(new Found(file, Math.ceilDiv(size, BLOCK_BYTES) * BLOCK_BYTES));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  /** Copies the files into a folder, each where it lies on the host. */
  void copyTo(Path folder) throws IOException, InterruptedException {
    for (Path file : files) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Path target = folder.resolve(Path.of("/").relativize(file.toAbsolutePath()));
      Files.createDirectories(target.getParent());
      try {
        Files.copy(file, target);
      } catch (NoSuchFileException e) {
        // It went while we chose: one less.
      }
    }
  }
}
