package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.demo.Guest;
import atoll.format.ImageFormat;
import atoll.hypervisor.qemu.QemuConfig;
import atoll.hypervisor.qemu.QemuHypervisor;
import atoll.model.Instance;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A real guest on a boot volume and an empty data volume, which it sees as {@code vda} and {@code
 * vdb}.
 */
public final class GuestSite {
  static final long DATA_BYTES = 256 << 20;
  public static final Duration BOOT_PATIENCE = Duration.ofSeconds(90);

  private GuestSite() {}

  /** QEMU with its sockets in {@code folder}. */
  static QemuHypervisor hypervisor(Path folder) {
    return new QemuHypervisor(new QemuConfig(folder.resolve("run").toAbsolutePath()));
  }

  /**
   * Where the guest's boot disk is; a test that finds none fails, or is skipped where tools may be
   * missing.
   */
  public static Path bootImage() {
    Path image = Path.of(System.getProperty("atoll.guest", "target/guest"), "boot.raw");
    if (!Boolean.getBoolean("atoll.tools.required")) {
      Assumptions.assumeTrue(Files.exists(image), "no guest at " + image);
    }
    assertThat(image).as("the guest, built by guest/build-guest.sh").exists();
    return image;
  }

  /** An instance with its volumes. */
  record Machine(Instance instance, Volume boot, Volume data) {
    List<VolumeId> volumes() {
      return List.of(boot.id(), data.id());
    }
  }

  /** Makes both volumes and the instance, and starts it. */
  static Machine start(Engine engine) throws IOException, InterruptedException {
    Volume boot =
        engine
            .volumes()
            .importImage(
                VolumeSpec.of(TestSite.OWNER, "boot", Files.size(bootImage())),
                bootImage(),
                ImageFormat.RAW);
    assertThat(engine.volumes().awaitMade(boot.id(), TestSite.PATIENCE)).isTrue();
    Volume data = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "data", DATA_BYTES));
    return start(engine, boot, data);
  }

  /** Makes an instance of two volumes, and starts it. */
  static Machine start(Engine engine, Volume boot, Volume data)
      throws IOException, InterruptedException {
    Instance instance =
        engine
            .instances()
            .create(new InstanceSpec(TestSite.OWNER, "guest", 256, 1, List.of(Guest.CHANNEL)));
    engine.instances().attach(instance.id(), boot.id(), true);
    engine.instances().attach(instance.id(), data.id(), false);
    engine.instances().start(instance.id(), _ -> {});
    return new Machine(instance, boot, data);
  }

  /** Connects to a guest that may still be booting. */
  static Guest awaitBoot(Engine engine, Machine machine) throws IOException {
    Guest guest = connect(engine, machine);
    guest.awaitReady(BOOT_PATIENCE);
    return guest;
  }

  /** Connects to a guest that has booted. */
  static Guest connect(Engine engine, Machine machine) throws IOException {
    return Guest.connect(engine.instances().channel(machine.instance().id(), Guest.CHANNEL));
  }
}
