package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import atoll.db.DatabaseFaultException;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens while the database's disk is full. */
class FullDatabaseIT {
  @TempDir Path temporary;
  private Path folder;
  private IdleGuests guests;
  private TestSite site;
  private Engine engine;
  private Balloon balloon;
  private InstanceId instance;

  @BeforeEach
  void open() throws Exception {
    folder = temporary.resolve("site");
    assumeTrue(Balloon.mount(folder, 64), "this user may not mount");
    guests = IdleGuests.in(temporary);
    site = TestSite.open(folder, guests.hypervisor());
    engine = site.engine;
    balloon = new Balloon(folder);
    instance = engine.instances().create(new InstanceSpec(OWNER, "i", 32, 1, List.of())).id();
  }

  @AfterEach
  void close() throws Exception {
    if (site != null) {
      balloon.burst();
      engine.instances().delete(instance);
      site.close();
      guests.close();
      Balloon.unmount(folder);
    }
  }

  private void fill() throws Exception {
    balloon.inflate();
    assertThatThrownBy(
            () -> {
              while (true) {
                Volume _ = engine.volumes().create(VolumeSpec.of(OWNER, "v", 512));
              }
            })
        .isInstanceOf(DatabaseFaultException.class);
  }

  @Test
  void theEndOfAMachineIsRecordedOnceThereIsRoom() throws Exception {
    engine.instances().start(instance, _ -> {});
    fill();
    guests.kill(instance);
    TimeUnit.MILLISECONDS.sleep(500); // in which its end is heard of
    balloon.burst();
    Eventually.await(() -> engine.instances().get(instance).status() == InstanceStatus.STOPPED);
  }
}
