package atoll.format.qcow2;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import atoll.format.QemuTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Layers over one another, made by QEMU from random options and operations: written to in whole and
 * in part, discarded, zeroed, and compressed by {@code qemu-io} or {@code qemu-img convert}.
 */
record RandomChain(
    QemuTools tools, RandomGenerator random, List<String> files, int refcountBitsMin) {
  private static final int SECTOR = 512;
  private static final int NOISES = 4;

  /** Makes one to five layers; the files are named base first. */
  static RandomChain make(QemuTools tools, RandomGenerator random) throws IOException {
    return make(tools, random, 1 + random.nextInt(5), 1);
  }

  /** Makes one or two layers whose clusters may be shared by some internal snapshots. */
  static RandomChain makeToShare(QemuTools tools, RandomGenerator random) throws IOException {
    return make(tools, random, 1 + random.nextInt(2), 8);
  }

  private static RandomChain make(
      QemuTools tools, RandomGenerator random, int layers, int refcountBitsMin) throws IOException {
    writeNoise(tools.folder(), random);
    var chain = new RandomChain(tools, random, new ArrayList<>(), refcountBitsMin);
    if (random.nextInt(4) == 0) {
      chain.addRaw();
    }
    for (int i = 0; i < layers; i++) {
      chain.addLayer();
    }
    return chain;
  }

  /** Content that can be compressed well, badly or not at all. */
  static void writeNoise(Path folder, RandomGenerator random) throws IOException {
    for (int noise = 0; noise < NOISES; noise++) {
      var content = new byte[1 + random.nextInt(100_000)];
      int letters = 1 << (2 * noise + 2);
      for (int i = 0; i < content.length; i++) {
        content[i] = (byte) random.nextInt(letters);
      }
      Files.write(folder.resolve("noise" + noise), content);
    }
  }

  String top() {
    return files.getLast();
  }

  private void addRaw() {
    long sizeBytes = randomSize(1 << 20);
    tools.run("qemu-img", "create", "-q", "-f", "raw", "base.raw", "" + sizeBytes);
    tools.io("base.raw", "raw", operations(sizeBytes, 65536));
    files.add("base.raw");
  }

  private void addLayer() throws IOException {
    int clusterBits = random.nextInt(3) == 0 ? 9 + random.nextInt(13) : 12 + random.nextInt(5);
    long sizeBytes = randomSize(Math.min(8L << 20, 64L << clusterBits));
    String file = "layer" + files.size() + ".qcow2";
    String options = options(clusterBits);
    List<String> command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", "qcow2"));
    command.addAll(List.of("-o", options));
    if (!files.isEmpty()) {
      String format = top().endsWith(".raw") ? "raw" : "qcow2";
      command.addAll(List.of("-b", top(), "-F", format));
    }
    command.addAll(List.of(file, "" + sizeBytes));
    tools.run(command);
    if (random.nextInt(3) == 0 && !options.contains("preallocation")) {
      tools.io(file, "qcow2", compressions(sizeBytes, 1 << clusterBits));
    }
    tools.io(file, "qcow2", operations(sizeBytes, 1 << clusterBits));
    if (files.isEmpty() && random.nextInt(3) == 0) {
      convert(file, options);
    }
    files.add(file);
  }

  /** Makes all that a file without a backing file has compressed. */
  private void convert(String file, String options) throws IOException {
    var command = new ArrayList<>(List.of("qemu-img", "convert", "-c", "-f", "qcow2"));
    command.addAll(List.of("-O", "qcow2", "-o", options.replace(",preallocation=metadata", "")));
    command.addAll(List.of(file, "converted"));
    tools.run(command);
    Path folder = tools.folder();
    Files.move(folder.resolve("converted"), folder.resolve(file), REPLACE_EXISTING);
  }

  /** Compressed writes are of whole clusters that are not allocated yet. */
  private List<String> compressions(long sizeBytes, int clusterBytes) {
    List<String> operations = new ArrayList<>();
    long offset = random.nextLong(4) * clusterBytes;
    while (offset < sizeBytes && operations.size() < 20) {
      long length = Math.min(sizeBytes - offset, (1 + random.nextLong(3)) * clusterBytes);
      operations.add("write -c " + content() + offset + " " + length);
      offset += length + random.nextLong(4) * clusterBytes;
    }
    return operations;
  }

  private String options(int clusterBits) {
    String options = "cluster_size=" + (1 << clusterBits);
    if (random.nextInt(4) == 0) {
      return options + ",compat=0.10";
    }
    boolean extendedL2 = clusterBits >= 14 && random.nextInt(3) == 0;
    options += ",compat=1.1,refcount_bits=" + Math.max(refcountBitsMin, 1 << random.nextInt(7));
    options += random.nextInt(4) == 0 ? ",lazy_refcounts=on" : "";
    options += extendedL2 ? ",extended_l2=on" : "";
    options += random.nextInt(2) == 0 ? ",compression_type=zstd" : "";
    boolean preallocate = random.nextInt(5) == 0 && (files.isEmpty() || extendedL2);
    return options + (preallocate ? ",preallocation=metadata" : "");
  }

  private long randomSize(long maxBytes) {
    return random.nextLong(1, maxBytes / SECTOR + 1) * SECTOR;
  }

  List<String> operations(long sizeBytes, int clusterBytes) {
    List<String> operations = new ArrayList<>();
    int count = random.nextInt(24);
    for (int i = 0; i < count; i++) {
      int alignment = random.nextBoolean() ? SECTOR : Math.max(SECTOR, clusterBytes);
      long offset = random.nextLong(sizeBytes / SECTOR) * SECTOR / alignment * alignment;
      long most = Math.min(sizeBytes - offset, 8L * clusterBytes);
      long length = random.nextLong(1, most / SECTOR + 1) * SECTOR;
      if (length > alignment) {
        length = length / alignment * alignment;
      }
      operations.add(operation() + offset + " " + length);
    }
    return operations;
  }

  private String operation() {
    return switch (random.nextInt(8)) {
      case 0 -> "write -z ";
      case 1 -> "write -z -u ";
      case 2 -> "discard ";
      case 3 -> "write -P 0 ";
      default -> "write " + content();
    };
  }

  private String content() {
    return random.nextBoolean()
        ? "-P " + (1 + random.nextInt(255)) + " "
        : "-s noise" + random.nextInt(NOISES) + " ";
  }
}
