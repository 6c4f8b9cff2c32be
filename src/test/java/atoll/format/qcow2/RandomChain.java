package atoll.format.qcow2;

import atoll.format.QemuTools;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Layers over one another, made by QEMU from random options and operations. */
record RandomChain(QemuTools tools, RandomGenerator random, List<String> files) {
  private static final int SECTOR = 512;

  /** Makes one to five layers; the files are named base first. */
  static RandomChain make(QemuTools tools, RandomGenerator random) {
    var chain = new RandomChain(tools, random, new ArrayList<>());
    int layers = 1 + random.nextInt(5);
    if (random.nextInt(4) == 0) {
      chain.addRaw();
    }
    for (int i = 0; i < layers; i++) {
      chain.addLayer();
    }
    return chain;
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

  private void addLayer() {
    int clusterBits = random.nextInt(3) == 0 ? 9 + random.nextInt(13) : 12 + random.nextInt(5);
    long sizeBytes = randomSize(Math.min(8L << 20, 64L << clusterBits));
    String file = "layer" + files.size() + ".qcow2";
    List<String> command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", "qcow2"));
    command.addAll(List.of("-o", options(clusterBits)));
    if (!files.isEmpty()) {
      String format = top().endsWith(".raw") ? "raw" : "qcow2";
      command.addAll(List.of("-b", top(), "-F", format));
    }
    command.addAll(List.of(file, "" + sizeBytes));
    tools.run(command);
    tools.io(file, "qcow2", operations(sizeBytes, 1 << clusterBits));
    files.add(file);
  }

  private String options(int clusterBits) {
    String options = "cluster_size=" + (1 << clusterBits);
    if (random.nextInt(4) == 0) {
      return options + ",compat=0.10";
    }
    boolean extendedL2 = clusterBits >= 14 && random.nextInt(3) == 0;
    options += ",compat=1.1,refcount_bits=" + (1 << random.nextInt(7));
    options += random.nextInt(4) == 0 ? ",lazy_refcounts=on" : "";
    options += extendedL2 ? ",extended_l2=on" : "";
    boolean preallocate = random.nextInt(5) == 0 && (files.isEmpty() || extendedL2);
    return options + (preallocate ? ",preallocation=metadata" : "");
  }

  private long randomSize(long maxBytes) {
    return random.nextLong(1, maxBytes / SECTOR + 1) * SECTOR;
  }

  private List<String> operations(long sizeBytes, int clusterBytes) {
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
      default -> "write -P " + (1 + random.nextInt(255)) + " ";
    };
  }
}
