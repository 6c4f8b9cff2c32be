package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.demo.Guest;
import atoll.engine.Engine;
import atoll.engine.Eventually;
import atoll.engine.GuestSite;
import atoll.engine.InstanceSpec;
import atoll.model.InstanceId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Block Storage, called by OpenStack's own clients, of Debian, on a volume that a guest writes to.
 */
class GuestClientIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestCloud cloud;
  private OpenStackClient openstack;
  private OpenStackClient cinder;
  private InstanceId machine;
  private Guest guest;

  @BeforeEach
  void boot() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    openstack = OpenStackClient.of("openstack", folder.resolve("data/openrc"));
    openstack.login().put("OS_VOLUME_API_VERSION", "3.42"); // from which on it extends in use
    cinder = OpenStackClient.of("cinder", folder.resolve("data/openrc"));
    VolumeId boot = cloud.admin.volumeOf(GuestSite.bootImage());
    machine =
        engine()
            .instances()
            .create(new InstanceSpec(cloud.admin.owner(), "guest", 256, 1, List.of(Guest.CHANNEL)))
            .id();
    engine().instances().attach(machine, boot, true);
    engine().instances().start(machine, _ -> {});
    guest = Guest.connect(engine().instances().channel(machine, Guest.CHANNEL));
    guest.awaitReady(GuestSite.BOOT_PATIENCE);
  }

  @AfterEach
  void stop() throws Exception {
    if (guest != null) {
      guest.close();
      engine().instances().stop(machine, Duration.ZERO);
    }
    if (cloud != null) {
      cloud.close();
    }
  }

  private Engine engine() {
    return cloud.service.engine();
  }

  private void openstack(String words) throws IOException, InterruptedException {
    openstack.run(words.split(" ", -1));
  }

  private JsonNode shown(String kind, String name) throws IOException, InterruptedException {
    return cloud
        .admin
        .must("GET", "/%s/detail?name=%s".formatted(kind, name), null)
        .at("/" + kind + "/0");
  }

  private VolumeId id(String volume) throws IOException, InterruptedException {
    return VolumeId.of(shown("volumes", volume).get("id").asString());
  }

  private void await(String kind, String name) throws Exception {
    Eventually.until(
        name + " is available",
        Duration.ofMinutes(1),
        () -> shown(kind, name),
        thing -> thing.get("status").asString().equals("available"));
  }

  private void write(String text) throws IOException {
    guest.call("write vdb %d %d %s".formatted(MIB, MIB, text));
  }

  private void requireWritten(String device, String text) throws IOException {
    assertThat(guest.call("verify %s %d %d %s".formatted(device, MIB, MIB, text)))
        .as("%s of %s", text, device)
        .isEqualTo("same");
  }

  private void attach(String volume, String device) throws Exception {
    await("volumes", volume);
    engine().instances().attach(machine, id(volume), false);
    guest.call("wait %s 10".formatted(device));
  }

  @Test
  void aSessionWhileTheGuestWrites() throws Exception {
    openstack("volume create --size 1 used");
    attach("used", "vdb");
    guest.call("heartbeat start vdb 0 20");

    write("first");
    openstack("volume snapshot create --force --volume used s1");
    write("second");
    openstack("volume backup create --force --name b1 used");
    await("backups", "b1");
    write("third");
    openstack("volume backup create --force --incremental --name b2 used");
    await("backups", "b2");
    assertThat(openstack.run("volume", "backup", "list", "-f", "value", "-c", "Name"))
        .isEqualTo("b2\nb1\n");
    openstack("volume set --size 2 used");
    assertThat(guest.call("disks")).contains("vdb:" + (2L << 30));
    openstack("volume snapshot create --force --volume used s2");
    write("fourth");

    openstack("volume create --snapshot s1 --size 1 of-s1");
    attach("of-s1", "vdc");
    requireWritten("vdc", "first");
    cinder.run("backup-restore", "--name", "of-b1", "b1");
    attach("of-b1", "vdd");
    requireWritten("vdd", "second");
    openstack("volume backup delete b1");
    cinder.run("backup-restore", "--name", "of-b2", "b2");
    attach("of-b2", "vde");
    requireWritten("vde", "third");
    openstack("volume create --snapshot s2 --size 2 of-s2");
    attach("of-s2", "vdf");
    requireWritten("vdf", "third");

    openstack("volume snapshot delete s1 s2");
    openstack("volume backup delete b2");
    assertThat(openstack.refused("volume", "delete", "used")).contains("used");
    guest.awaitBeats(20, Duration.ofSeconds(30));
    assertThat(guest.call("heartbeat stop")).startsWith("beats=");
    requireWritten("vdb", "fourth");
    for (String volume : List.of("of-s1", "of-b1", "of-b2", "of-s2", "used")) {
      engine().instances().detach(id(volume));
    }
    openstack("volume delete of-s1 of-b1 of-b2 of-s2 used");
    assertThat(openstack.run("volume", "list", "-f", "value", "-c", "Name")).isEqualTo("v\n");
  }
}
