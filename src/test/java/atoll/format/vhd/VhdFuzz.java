package atoll.format.vhd;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.format.ImageExam;
import atoll.format.MemoryFile;
import atoll.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** One VHD file, spread: opened, described, read. */
public final class VhdFuzz implements FuzzTarget {
  private static final int LARGE_BLOCK_BITS = 21;

  @Override
  public List<byte[]> seeds() {
    var random = new Random(1);
    VhdBytes large = new VhdBytes(VhdBytes.DYNAMIC, 3L << LARGE_BLOCK_BITS, LARGE_BLOCK_BITS);
    // A VhdBytes has up to two sectors behind each block, which are the hole's.
    VhdBytes one = large.allocate(1).build(new Random(0));
    return List.of(
        SpreadVhd.of(new VhdBytes(VhdBytes.FIXED, 3 * 512, 9).put(1, filled(1)).build(random)),
        SpreadVhd.of(dynamic().build(random), 0),
        SpreadVhd.of(
            new VhdBytes(VhdBytes.DYNAMIC, 4 * 1024, 10)
                .put(1, filled(1))
                .put(6, filled(2))
                .build(random),
            0),
        SpreadVhd.of(one, (1 << LARGE_BLOCK_BITS) / VhdBytes.SECTOR),
        SpreadVhd.of(differencing().build(random), 0),
        SpreadVhd.of(differencing().creator("vpc ", 0x00030402).build(random), 0));
  }

  static VhdBytes dynamic() {
    return new VhdBytes(VhdBytes.DYNAMIC, 6 * 512, 9).id(new UUID(1, 1)).put(1, filled(1));
  }

  /** A child of {@link #dynamic}. */
  static VhdBytes differencing() {
    return new VhdBytes(VhdBytes.DIFFERENCING, 6 * 512, 9)
        .id(new UUID(2, 2))
        .parent(new UUID(1, 1), 700_000_000, "1")
        .locator("W2ru", ".\\1".getBytes(StandardCharsets.UTF_16LE))
        .put(2, filled(3));
  }

  private static byte[] filled(int value) {
    var data = new byte[VhdBytes.SECTOR];
    Arrays.fill(data, (byte) value);
    return data;
  }

  @Override
  public void feed(byte[] input) {
    var file = new MemoryFile(Path.of("image.vhd"));
    SpreadVhd.fill(file, input);
    allow(() -> {
      try (var image = VhdImage.of(file.open())) {
        examine(image);
      }
    });
    file.demandClosed();
  }

  private static void examine(VhdImage image) {
    demand(!image.creator().isEmpty() && image.createdAt() != null, "nobody made it");
    VhdParent parent = image.parent();
    demand((parent != null) == (image.type() == VhdType.DIFFERENCING), "another parent");
    if (parent != null) {
      for (String name : parent.names()) {
        demand(!name.isEmpty() && !name.contains("/") && !name.contains("\\"), "a name of folders");
      }
    }
    ImageExam.examine(image);
  }
}
