package atoll.cli.repository;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import atoll.format.ImageFormat;
import atoll.format.NewFile;
import atoll.format.qcow2.Qcow2Spec;
import atoll.format.qcow2.Qcow2Writer;
import atoll.repository.ProgressListener;
import atoll.repository.Repository;
import atoll.repository.SnapshotImage;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a snapshot to a file that has its name once it is whole. */
final class Restoring {
  private static final int SECTOR_BYTES = 512;

  private Restoring() {}

  static void restore(
      Repository repository,
      SnapshotManifest snapshot,
      Path out,
      ImageFormat format,
      ProgressListener progress)
      throws IOException {
    Path absolute = out.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      throw new IOException(out + " is no name of a file");
    }
    Path partial =
        folder.resolve("." + out.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    Files.deleteIfExists(partial); // of a process of this number that was killed
    if (format == ImageFormat.QCOW2) {
      qcow2(repository, snapshot, partial, progress);
    } else {
      raw(repository, snapshot, partial, progress);
    }
    Files.move(partial, absolute, ATOMIC_MOVE);
    NewFile.syncFolder(folder);
  }

  private static void raw(
      Repository repository, SnapshotManifest snapshot, Path file, ProgressListener progress)
      throws IOException {
    try (NewFile target = NewFile.create(file)) {
      repository.restore(snapshot.id(), target::write, progress);
      long size = snapshot.sizeBytes();
      if (target.sizeBytes() < size) {
        target.write(size - 1, ByteBuffer.allocate(1)); // the rest is a hole
      }
      target.force();
      target.finish();
    }
  }

  private static void qcow2(
      Repository repository, SnapshotManifest snapshot, Path file, ProgressListener progress)
      throws IOException {
    long size = Math.ceilDiv(snapshot.sizeBytes(), SECTOR_BYTES) * (long) SECTOR_BYTES;
    try (SnapshotImage image = repository.open(snapshot.id());
        Qcow2Writer target =
            Qcow2Writer.create(
                file,
                Qcow2Spec.ofSize(size),
                visitor -> image.extents(0, image.sizeBytes(), visitor))) {
      repository.restore(snapshot.id(), target, progress);
      target.finish(true);
    }
  }
}
