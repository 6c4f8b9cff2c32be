package atoll.format.qcow2;

import atoll.format.QemuTools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/** An image with internal snapshots and bitmaps, made by QEMU, written to and grown in between. */
final class RandomInternalSnapshots {
  private static final int SECTOR = 512;

  private final QemuTools tools;
  private final RandomGenerator random;
  private final RandomChain chain;
  private final int clusterBits;
  private final boolean version3;
  private final List<BitSet> touched = new ArrayList<>();
  private long sizeBytes;

  private RandomInternalSnapshots(
      QemuTools tools, RandomGenerator random, RandomChain chain, Qcow2Image image) {
    this.tools = tools;
    this.random = random;
    this.chain = chain;
    this.clusterBits = image.clusterBits();
    this.version3 = image.version() == 3;
    this.sizeBytes = image.sizeBytes();
  }

  /** Makes one to four snapshots, and perhaps deletes one again. */
  static RandomInternalSnapshots make(QemuTools tools, RandomGenerator random) throws IOException {
    RandomChain chain = RandomChain.makeToShare(tools, random);
    RandomInternalSnapshots made;
    try (var image = Qcow2Image.open(tools.folder().resolve(chain.top()))) {
      made = new RandomInternalSnapshots(tools, random, chain, image);
    }
    made.make();
    return made;
  }

  /** The file with the snapshots; it may have a backing file. */
  String top() {
    return chain.top();
  }

  long sizeBytes() {
    return sizeBytes;
  }

  int clusterBits() {
    return clusterBits;
  }

  /** The clusters that were written to between each snapshot and the next one, or now. */
  List<BitSet> touched() {
    return touched;
  }

  private void make() {
    int snapshots = 1 + random.nextInt(4);
    for (int i = 0; i < snapshots; i++) {
      tools.run("qemu-img", "snapshot", "-c", "name " + i, top());
      touched.add(new BitSet());
      if (version3 && random.nextInt(3) == 0) {
        addBitmap(i);
      }
      if (version3 && random.nextInt(3) == 0) {
        grow();
      }
      write();
    }
    if (snapshots > 1 && random.nextInt(3) == 0) {
      delete(random.nextInt(snapshots));
    }
  }

  private void delete(int gone) {
    tools.run("qemu-img", "snapshot", "-d", "name " + gone, top());
    BitSet afterIt = touched.remove(gone);
    if (gone > 0) {
      touched.get(gone - 1).or(afterIt);
    }
  }

  private void addBitmap(int number) {
    var command = new ArrayList<>(List.of("qemu-img", "bitmap", "--add", "-f", "qcow2"));
    command.addAll(List.of("-g", "" + (SECTOR << (7 + random.nextInt(5)))));
    if (random.nextBoolean()) {
      command.add("--disable");
    }
    command.addAll(List.of(top(), "bitmap " + number));
    tools.run(command);
  }

  private void grow() {
    long before = sizeBytes;
    sizeBytes += (1 + random.nextInt(100)) * (long) SECTOR;
    tools.run("qemu-img", "resize", "-q", "-f", "qcow2", top(), "" + sizeBytes);
    touched.getLast().set((int) (before >>> clusterBits), clusters());
  }

  private void write() {
    List<String> operations = chain.operations(sizeBytes, 1 << clusterBits);
    tools.io(top(), "qcow2", operations);
    for (String operation : operations) {
      List<String> words = List.of(operation.split(" ", -1));
      long offset = Long.parseLong(words.get(words.size() - 2));
      long last = offset + Long.parseLong(words.getLast()) - 1;
      touched.getLast().set((int) (offset >>> clusterBits), (int) (last >>> clusterBits) + 1);
    }
  }

  private int clusters() {
    return (int) Math.ceilDiv(sizeBytes, 1L << clusterBits);
  }
}
