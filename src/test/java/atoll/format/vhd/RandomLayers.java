package atoll.format.vhd;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Random layers over one another, as files and as a plain model in memory; the topmost first. */
record RandomLayers(List<VhdBytes> layers, List<Path> files) {
  private static final int SECTOR = VhdBytes.SECTOR;

  /** Makes one to five files in a folder. */
  static RandomLayers write(Path folder, Random random) throws IOException {
    var made = new RandomLayers(new ArrayList<>(), new ArrayList<>());
    int count = 1 + random.nextInt(5);
    int sectors = 1 + random.nextInt(3000);
    for (int i = 0; i < count; i++) {
      sectors += random.nextInt(4) == 0 ? random.nextInt(500) : 0;
      made.add(folder.resolve("layer-" + i + ".vhd"), sectors, random);
    }
    return made;
  }

  private void add(Path file, int sectors, Random random) throws IOException {
    boolean base = layers.isEmpty();
    int type = base ? 2 + random.nextInt(2) : VhdBytes.DIFFERENCING;
    int blockBits = 9 + random.nextInt(9);
    var bytes = new VhdBytes(type, (long) sectors * SECTOR, blockBits);
    bytes.id(new UUID(random.nextLong(), random.nextLong()));
    int pieces = random.nextInt(12);
    for (int i = 0; i < pieces; i++) {
      int from = random.nextInt(sectors);
      int to = from + 1 + random.nextInt(Math.min(sectors - from, 200));
      boolean sparse = random.nextInt(3) == 0;
      for (int sector = from; sector < to; sector++) {
        if (!sparse || random.nextBoolean()) {
          bytes.put(sector, content(random));
        }
      }
    }
    if (!base) {
      named(bytes, random);
    }
    bytes.build(random).write(file);
    layers.addFirst(bytes);
    files.addFirst(file);
  }

  private static byte[] content(Random random) {
    var content = new byte[SECTOR];
    random.nextBytes(content);
    return content;
  }

  /** Names the parent in one of the ways that there are, or in all. */
  private void named(VhdBytes bytes, Random random) throws IOException {
    String name = files.getFirst().getFileName().toString();
    UUID id;
    try (var parent = VhdImage.open(files.getFirst())) {
      id = parent.id();
    }
    int ways = 1 + random.nextInt(15);
    bytes.parent(id, 700_000_000, (ways & 1) != 0 ? name : "");
    if ((ways & 2) != 0) {
      bytes.locator("W2ru", (".\\" + name).getBytes(StandardCharsets.UTF_16LE));
    }
    if ((ways & 4) != 0) {
      bytes.locator("W2ku", ("C:\\disks\\" + name).getBytes(StandardCharsets.UTF_16LE));
    }
    if ((ways & 8) != 0) {
      bytes.locator("MacX", ("file://./" + name).getBytes(StandardCharsets.UTF_8));
    }
    if (random.nextBoolean()) {
      bytes.locator("Mac ", content(random));
    }
  }

  int sectorCount() {
    return layers.getFirst().sectorCount();
  }

  byte[] content() {
    var content = new byte[sectorCount() * SECTOR];
    for (int sector = 0; sector < sectorCount(); sector++) {
      for (VhdBytes layer : layers) {
        if (sector >= layer.sectorCount()) {
          break;
        }
        if (layer.holds(sector)) {
          System.arraycopy(layer.sector(sector), 0, content, sector * SECTOR, SECTOR);
          break;
        }
      }
    }
    return content;
  }

  /**
   * What the whole chain must say it holds; a fixed disk has data everywhere that is in its file.
   */
  List<Extent> extents() throws IOException {
    List<Extent> extents = new ArrayList<>();
    var joiner = new ExtentJoiner(0, extents::add);
    for (int sector = 0; sector < sectorCount(); sector++) {
      joiner.add(kind(sector), SECTOR);
    }
    joiner.finish();
    return extents;
  }

  private Kind kind(int sector) {
    for (VhdBytes layer : layers) {
      if (sector >= layer.sectorCount()) {
        return Kind.ZERO;
      }
      if (layer.holds(sector)) {
        return Kind.DATA;
      }
    }
    return Kind.ZERO;
  }

  /** What the topmost file alone must say it holds. */
  List<Extent> ownExtents(Kind nothing) throws IOException {
    List<Extent> extents = new ArrayList<>();
    var joiner = new ExtentJoiner(0, extents::add);
    for (int sector = 0; sector < sectorCount(); sector++) {
      joiner.add(layers.getFirst().holds(sector) ? Kind.DATA : nothing, SECTOR);
    }
    joiner.finish();
    return extents;
  }
}
