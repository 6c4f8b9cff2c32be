package atoll.hypervisor.qemu;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether KVM runs guests here.
 *
 * <p>That {@code /dev/kvm} opens is no answer: inside some virtual machines it does, and then QEMU
 * aborts, or each instruction of 64-bit code is emulated and a guest boots for hours. So a boot
 * sector, accelerator-probe.S, is run as guests are: it enters 64-bit mode, counts to fifty
 * million, and ends QEMU with a status that nothing else gives.
 */
final class AcceleratorProbe {
  private static final Logger LOG = LoggerFactory.getLogger(AcceleratorProbe.class);

  /** Some thirty times what a processor needs for firmware and counting. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** The value that the boot sector writes, as isa-debug-exit makes a status of it. */
  private static final int SUCCESS = 42 << 1 | 1;

  /** The firmware does not boot from a disk of one sector. */
  private static final int DISK_BYTES = 1 << 20;

  private final Path qemu;

  /** Probes with the program {@code qemu}. */
  AcceleratorProbe(Path qemu) {
    this.qemu = qemu;
  }

  /** KVM if guests run under it, else TCG. */
  Accelerator probe() throws IOException {
    if (!Files.isWritable(Path.of("/dev/kvm"))) {
      LOG.info("/dev/kvm is not there, or not ours: machines are emulated, which is slow");
      return Accelerator.TCG;
    }
    if (runs(Accelerator.KVM)) {
      return Accelerator.KVM;
    }
    LOG.info("/dev/kvm is there, but no guest runs with it: machines are emulated, which is slow");
    return Accelerator.TCG;
  }

  /** Whether the boot sector comes to its end under {@code accelerator}. */
  boolean runs(Accelerator accelerator) throws IOException {
    Path disk = Files.createTempFile("atoll-probe", ".raw");
    try {
      writeDisk(disk);
      return exitStatus(command(accelerator, disk)) == SUCCESS;
    } finally {
      Files.delete(disk);
    }
  }

  private static void writeDisk(Path disk) throws IOException {
    try (InputStream sector = AcceleratorProbe.class.getResourceAsStream("accelerator-probe.bin");
        var file = new RandomAccessFile(disk.toFile(), "rw")) {
      if (sector == null) {
        throw new FileNotFoundException("accelerator-probe.bin is not in Atoll's jar");
      }
      file.write(sector.readAllBytes());
      file.setLength(DISK_BYTES);
    }
  }

  private List<String> command(Accelerator accelerator, Path disk) {
    var file = Json.object().put("driver", "file").put("node-name", "file").put("read-only", true);
    var raw = Json.object().put("driver", "raw").put("node-name", "raw").put("read-only", true);
    return List.of(
        qemu.toString(),
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-sandbox",
        QemuCommandLine.SANDBOX,
        "-machine",
        "pc",
        "-accel",
        accelerator.option(),
        "-cpu",
        accelerator.cpuModel(),
        "-m",
        "16",
        "-no-reboot",
        "-blockdev",
        file.put("filename", disk.toString()).toString(),
        "-blockdev",
        raw.put("file", "file").toString(),
        "-device",
        "virtio-blk-pci,drive=raw,bootindex=0",
        "-device",
        "isa-debug-exit,iobase=0xf4,iosize=1");
  }

  /** The status QEMU ended with, or -1 if it had to be ended. */
  private static int exitStatus(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return ended ? process.exitValue() : -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while probing " + command);
    } finally {
      process.destroyForcibly();
    }
  }
}
