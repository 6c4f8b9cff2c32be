package atoll.cli.repository;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import atoll.format.BlockDevice;
import atoll.format.BlockWriter;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import atoll.format.ImageFormat;
import atoll.format.NewFile;
import atoll.format.qcow2.Qcow2Spec;
import atoll.format.qcow2.Qcow2Writer;
import atoll.repository.DamagedObjectException;
import atoll.repository.LostRange;
import atoll.repository.ProgressListener;
import atoll.repository.Restoration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a snapshot to a file that has its name once all is written, or onto a block device; gives
 * the ranges that could not be read, which are zeros then.
 */
final class Restoring {
  private static final int SECTOR_BYTES = 512;

  private final Restoration restoration;
  private final long sizeBytes;
  private final ProgressListener progress;

  Restoring(Restoration restoration, ProgressListener progress) {
    this.restoration = restoration;
    this.sizeBytes = restoration.manifest().sizeBytes();
    this.progress = progress;
  }

  List<LostRange> toFile(Path out, ImageFormat format) throws IOException {
    Path absolute = out.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      throw new IOException(out + " is no name of a file");
    }
    Path partial =
        folder.resolve("." + out.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    Files.deleteIfExists(partial); // of a process of this number that was killed
    List<LostRange> lost = format == ImageFormat.QCOW2 ? qcow2(partial) : raw(partial);
    Files.move(partial, absolute, ATOMIC_MOVE);
    NewFile.syncFolder(folder);
    return lost;
  }

  private List<LostRange> raw(Path file) throws IOException {
    try (NewFile target = NewFile.create(file)) {
      List<LostRange> lost = write(target::write);
      if (target.sizeBytes() < sizeBytes) {
        target.write(sizeBytes - 1, ByteBuffer.allocate(1)); // the rest is a hole
      }
      target.force();
      target.finish();
      return lost;
    }
  }

  private List<LostRange> qcow2(Path file) throws IOException {
    long size = Math.ceilDiv(sizeBytes, SECTOR_BYTES) * (long) SECTOR_BYTES;
    try (Qcow2Writer target = Qcow2Writer.create(file, Qcow2Spec.ofSize(size), this::extents)) {
      List<LostRange> lost = write(target);
      target.finish(true);
      return lost;
    }
  }

  /**
   * Overwrites a device; what it has beyond the snapshot's size stays.
   *
   * @throws IOException if it is too small or in use; or if the writing failed, and what the device
   *     holds is of no use then
   */
  List<LostRange> toDevice(Path out) throws IOException {
    try (BlockDevice device = BlockDevice.open(out)) {
      if (device.sizeBytes() < sizeBytes) {
        throw new IOException(
            "%s has %d bytes, snapshot %s %d: it needs a larger device"
                .formatted(out, device.sizeBytes(), restoration.manifest().id(), sizeBytes));
      }
      try {
        return overwrite(device);
      } catch (IOException e) {
        throw new IOException(
            out + " is overwritten in part and must be restored again: " + e.getMessage(), e);
      }
    }
  }

  private List<LostRange> overwrite(BlockDevice device) throws IOException {
    extents(extent -> {
      if (extent.kind() != Extent.Kind.DATA) {
        device.zero(extent.offsetBytes(), extent.lengthBytes());
      }
    });
    List<LostRange> lost = write(device);
    for (LostRange range : lost) {
      device.zero(range.offsetBytes(), range.lengthBytes());
    }
    device.force();
    return lost;
  }

  private void extents(ExtentVisitor visitor) throws IOException {
    try {
      restoration.extents(visitor);
    } catch (DamagedObjectException e) {
      throw withAdvice(e);
    }
  }

  private List<LostRange> write(BlockWriter target) throws IOException {
    try {
      return restoration.restore(target, progress);
    } catch (DamagedObjectException e) {
      throw withAdvice(e);
    }
  }

  private static IOException withAdvice(DamagedObjectException damage) {
    return new IOException(damage.getMessage() + "; --skip-damaged restores the rest", damage);
  }
}
