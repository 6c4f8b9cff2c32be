package atoll.format.qcow2;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.format.ImageExam;
import atoll.format.MemoryFile;
import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** One qcow2 file, spread: opened, described, read, and compared with its internal snapshots. */
public final class Qcow2Fuzz implements FuzzTarget {
  private static final int SNAPSHOTS_MAX = 3;

  private static final Path NAME = Path.of("image");

  @Override
  public List<byte[]> seeds() {
    return images().stream().map(SpreadImage::of).toList();
  }

  /** Images that have, together, all there is. */
  static List<ImageBytes> images() {
    ImageBytes mixed = ImageBytes.extended();
    mixed.compress(
        mixed.entry(ImageBytes.L2, 6),
        mixed.at(ImageBytes.DATA) + 8,
        CompressionType.ZLIB,
        new byte[1 << 14]);
    return List.of(
        ImageBytes.standard(2).backingFile("base"),
        ImageBytes.standard(3).backingFormat("raw").backingFile("base.raw"),
        ImageBytes.standard(3).extension(ImageBytes.EXTENSIONS, 0x6803f857, "\0\7name"),
        ImageBytes.extended(),
        mixed,
        ImageBytes.compressed(2, CompressionType.ZLIB),
        ImageBytes.compressed(3, CompressionType.ZLIB),
        ImageBytes.compressed(3, CompressionType.ZSTD),
        ImageBytes.withInternalSnapshots(),
        ImageBytes.withBitmaps());
  }

  @Override
  public void feed(byte[] input) throws IOException {
    var file = new MemoryFile(NAME);
    SpreadImage.fill(file, input);
    allow(() -> {
      try (var image = Qcow2Image.of(file.open())) {
        examine(file, image);
      }
    });
    file.demandClosed();
  }

  private static void examine(MemoryFile file, Qcow2Image image) {
    ImageExam.examine(image);
    allow(() -> demand(image.allocatedBytes() >= 0, "less than nothing is allocated"));
    allow(image::dirtyBitmaps);
    allow(() -> {
      List<InternalSnapshot> snapshots = image.internalSnapshots();
      for (InternalSnapshot snapshot :
          snapshots.subList(0, Math.min(SNAPSHOTS_MAX, snapshots.size()))) {
        allow(() -> examine(file, image, snapshot));
      }
    });
  }

  private static void examine(MemoryFile file, Qcow2Image now, InternalSnapshot snapshot)
      throws IOException {
    try (var then = Qcow2Image.at(file.open(), snapshot.id())) {
      ImageExam.examine(then);
      allow(() -> differences(now, then));
      allow(() -> differences(then, now));
    }
  }

  private static void differences(Qcow2Image mine, Qcow2Image theirs) throws IOException {
    var end = new long[1];
    mine.differences(
        theirs,
        extent -> {
          demand(extent.offsetBytes() >= end[0], "differences out of order");
          end[0] = extent.endBytes();
        });
    demand(end[0] <= mine.sizeBytes(), "a difference beyond the end");
  }
}
