package atoll.demo.bench;

import atoll.format.Extent;
import atoll.format.RawImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a raw image has data, as its file system tells.
 *
 * @param extents of data, in order
 * @param sizeBytes of the image
 */
record Allocation(List<Extent> extents, long sizeBytes) {
  private static final int READ_BYTES = 1 << 20;

  Allocation {
    extents = List.copyOf(extents);
  }

  /** Of a file or block device. */
  static Allocation of(Path image) throws IOException {
    var data = new ArrayList<Extent>();
    try (RawImage raw = RawImage.open(image)) {
      raw.extents(
          0,
          raw.sizeBytes(),
          extent -> {
            if (extent.kind() == Extent.Kind.DATA) {
              data.add(extent);
            }
          });
      return new Allocation(data, raw.sizeBytes());
    }
  }

  /** How much of the image is data. */
  long bytes() {
    return extents.stream().mapToLong(Extent::lengthBytes).sum();
  }

  /** Reads all data of an image that is allocated like this, so that the host has it in memory. */
  void read(Path image) throws IOException {
    var buffer = ByteBuffer.allocateDirect(READ_BYTES);
    try (RawImage raw = RawImage.open(image)) {
      for (Extent extent : extents) {
        for (long at = extent.offsetBytes(); at < extent.endBytes(); at += READ_BYTES) {
          raw.read(at, buffer.clear().limit((int) Math.min(READ_BYTES, extent.endBytes() - at)));
        }
      }
    }
  }
}
