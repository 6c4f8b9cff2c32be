package atoll.hypervisor.qemu;

import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.MachineSpec;
import atoll.model.VolumeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The arguments a machine is started with.
 *
 * <p>Nothing is left to defaults that may change with QEMU: the machine type has a version, and
 * every device an address, the same after disks have come and gone.
 */
final class QemuCommandLine {
  /** QEMU may not start programs, become somebody else, or give itself more than it has. */
  static final String SANDBOX =
      "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

  /** Bytes of the serial console that are kept. */
  static final int CONSOLE_BYTES = 1 << 16;

  /** The chardev by which QEMU reports that it is up. */
  static final String RENDEZVOUS = "rendezvous";

  /**
   * Slots 0 to 23 of disks; what lies before is the chip set, 2 to 5 are kept for other devices.
   */
  private static final String DISK_PREFIX = "disk-";

  private static final int FIRST_DISK_ADDRESS = 6;

  private static final int SERIAL_ADDRESS = 3;

  private final List<String> arguments = new ArrayList<>();

  private QemuCommandLine() {}

  /** The arguments for {@code spec}; machine type and accelerator are those of {@code started}. */
  static List<String> of(MachineSpec spec, StartedMachine started, RunDirectory directory) {
    var line = new QemuCommandLine();
    line.machine(spec, started);
    line.control(directory);
    line.console();
    line.ports(spec.channels(), directory);
    spec.disks().forEach(line::disk);
    return line.arguments;
  }

  private void machine(MachineSpec spec, StartedMachine started) {
    add("-name", "atoll-" + spec.id() + ",debug-threads=on");
    add("-uuid", spec.id().toString());
    add("-no-user-config");
    add("-nodefaults");
    add("-display", "none");
    add("-sandbox", SANDBOX);
    add("-machine", started.machineType());
    add("-accel", started.accelerator().option());
    add("-cpu", started.accelerator().cpuModel());
    add("-m", Integer.toString(spec.memoryMib()));
    add("-smp", Integer.toString(spec.cpus()));
    add("-boot", "strict=on,menu=off");
    add("-S");
  }

  private void control(RunDirectory directory) {
    add("-pidfile", directory.pidFile().toString());
    listen("qmp", directory.qmpSocket());
    add("-mon", "chardev=qmp,mode=control");
    add("-chardev", "socket,id=" + RENDEZVOUS + ",path=" + quoted(directory.rendezvous()));
  }

  /** A ring and not a file, which a guest could make as large as it likes. */
  private void console() {
    add("-chardev", "ringbuf,id=console,size=" + CONSOLE_BYTES);
    device(Json.object().put("driver", "isa-serial").put("id", "com1").put("chardev", "console"));
  }

  private void ports(List<String> channels, RunDirectory directory) {
    device(
        onBus(
            Json.object().put("driver", "virtio-serial-pci").put("id", "serial"), SERIAL_ADDRESS));
    port(1, "agent", "org.qemu.guest_agent.0", directory.agentSocket());
    for (int i = 0; i < channels.size(); i++) {
      port(i + 2, "c" + i, channels.get(i), directory.channelSocket(i));
    }
  }

  private void port(int number, String chardev, String name, Path socket) {
    listen(chardev, socket);
    device(
        Json.object()
            .put("driver", "virtserialport")
            .put("bus", "serial.0")
            .put("nr", number)
            .put("chardev", chardev)
            .put("name", name));
  }

  private void disk(DiskSpec disk) {
    LayerNodes.chain(disk.chain(), false).forEach(node -> add("-blockdev", node.toString()));
    device(diskDevice(disk));
  }

  /**
   * A disk, as {@code -device} and {@code device_add} want it. What cannot be read or written stops
   * the CPUs: better a guest that waits than one that takes its file systems for broken.
   */
  static ObjectNode diskDevice(DiskSpec disk) {
    ObjectNode device =
        Json.object()
            .put("driver", "virtio-blk-pci")
            .put("id", diskId(disk.volume()))
            .put("drive", LayerNodes.layerNode(disk.top().id()))
            .put("serial", disk.volume().toString().substring(0, 20))
            .put("werror", "stop")
            .put("rerror", "stop");
    if (disk.bootable()) {
      device.put("bootindex", disk.slot());
    }
    return onBus(device, FIRST_DISK_ADDRESS + disk.slot());
  }

  /** The name of a volume's disk in QEMU. */
  static String diskId(VolumeId volume) {
    return DISK_PREFIX + volume;
  }

  /** The volume of a disk with this name; null if it is none of ours. */
  static @Nullable VolumeId volumeOf(String diskId) {
    if (!diskId.startsWith(DISK_PREFIX)) {
      return null;
    }
    try {
      VolumeId volume = VolumeId.of(diskId.substring(DISK_PREFIX.length()));
      return diskId(volume).equals(diskId) ? volume : null;
    } catch (IllegalArgumentException e) {
      return null; // somebody has plugged in a disk by hand
    }
  }

  private static ObjectNode onBus(ObjectNode device, int address) {
    return device.put("bus", "pci.0").put("addr", "0x" + Integer.toHexString(address));
  }

  private void listen(String id, Path socket) {
    add("-chardev", "socket,id=" + id + ",path=" + quoted(socket) + ",server=on,wait=off");
  }

  private void device(ObjectNode device) {
    add("-device", device.toString());
  }

  private void add(String... more) {
    arguments.addAll(List.of(more));
  }

  /** A path where options are separated by commas. */
  static String quoted(Path path) {
    return path.toString().replace(",", ",,");
  }
}
