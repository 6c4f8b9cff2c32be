package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import atoll.demo.Guest;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.MachineSpec;
import atoll.model.InstanceId;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Makes layers with qemu-img in a folder of its own, and machines of the test guest. */
final class Workbench {
  static final long MIB = 1 << 20;

  private final Path folder;
  private long lastLayer;

  private Workbench(Path folder) {
    this.folder = folder;
  }

  /** Works in {@code folder}; skips the test, or fails it, if there is no QEMU. */
  static Workbench in(Path folder) throws IOException {
    for (String tool :
        List.of("qemu-system-x86_64", "qemu-storage-daemon", "qemu-img", "qemu-io")) {
      require(isThere(tool), tool + " is not installed");
    }
    return new Workbench(Files.createDirectories(folder));
  }

  private static boolean isThere(String tool) {
    try {
      new Program(tool, "").locate();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void require(boolean there, String problem) {
    if (Boolean.getBoolean("atoll.tools.required")) {
      assertThat(there).as(problem).isTrue();
    }
    assumeTrue(there, problem);
  }

  /** The test guest's disk as a base layer. */
  LayerFile bootLayer() throws IOException {
    Path raw = Path.of(System.getProperty("atoll.guest", "target/guest"), "boot.raw");
    require(Files.exists(raw), raw + " is not built: run guest/build-guest.sh target/guest");
    LayerFile layer = next();
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), layer.path().toString());
    return layer;
  }

  /** An empty base layer. */
  LayerFile layer(long sizeBytes) throws IOException {
    LayerFile layer = next();
    run("qemu-img", "create", "-q", "-f", "qcow2", layer.path().toString(), "" + sizeBytes);
    return layer;
  }

  /** An empty layer over {@code backing}. */
  LayerFile over(LayerFile backing) throws IOException {
    LayerFile layer = next();
    String name = backing.path().getFileName().toString();
    run(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-b",
        name,
        "-F",
        "qcow2",
        layer.path().toString());
    return layer;
  }

  private LayerFile next() {
    var id = new LayerId(++lastLayer);
    return new LayerFile(id, folder.resolve(id + ".qcow2"));
  }

  /** Has qemu-io execute commands on a layer that nothing has open. */
  void io(LayerFile layer, String... commands) throws IOException {
    var line = new ArrayList<>(List.of("qemu-io", "-d", "unmap", "-f", "qcow2"));
    for (String command : commands) {
      line.addAll(List.of("-c", command));
    }
    line.add(layer.path().toString());
    assertThat(run(line.toArray(String[]::new))).doesNotContain("Pattern verification failed");
  }

  /** Copies frozen layers, base first, to a folder of their own; the copy of the last. */
  LayerFile copy(LayerFile... chain) throws IOException {
    Path copies = Files.createTempDirectory(folder, "copy");
    for (LayerFile layer : chain) {
      run("cp", "--sparse=always", layer.path().toString(), copies.toString());
    }
    LayerFile last = chain[chain.length - 1];
    return new LayerFile(last.id(), copies.resolve(last.path().getFileName()));
  }

  /** Bytes of its file system that a layer takes. */
  static long allocatedBytes(LayerFile layer) throws IOException {
    return Long.parseLong(run("stat", "-c", "%b", layer.path().toString()).strip()) * 512;
  }

  /** What a program printed; fails if it fails. */
  static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String words = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("%s: %s", List.of(command), words).isZero();
      return words;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** A machine of the test guest, with 256 MiB. */
  static MachineSpec machine(List<DiskSpec> disks) {
    var id = new InstanceId(UUID.randomUUID());
    return new MachineSpec(id, 256, 1, disks, List.of(Guest.CHANNEL));
  }

  /** The disk a machine boots from. */
  DiskSpec bootDisk() throws IOException {
    return new DiskSpec(new VolumeId(UUID.randomUUID()), 0, true, List.of(bootLayer()));
  }

  /** Another disk, of layers base first. */
  static DiskSpec disk(int slot, LayerFile... chain) {
    return new DiskSpec(new VolumeId(UUID.randomUUID()), slot, false, List.of(chain));
  }

  /** How the guest is to name a disk. */
  static String name(DiskSpec disk) {
    return "serial=" + disk.volume().toString().substring(0, 20);
  }
}
