package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.engine.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Block Storage, called by OpenStack's own clients, of Debian; backups are in {@link
 * GuestClientIT}.
 */
class BlockStorageClientIT {
  @TempDir Path folder;
  private @Nullable TestCloud cloud;
  private OpenStackClient openstack;
  private OpenStackClient cinder;

  @BeforeEach
  void serve() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    openstack = OpenStackClient.of("openstack", folder.resolve("data/openrc"));
    cinder = OpenStackClient.of("cinder", folder.resolve("data/openrc"));
  }

  @AfterEach
  void stop() throws IOException {
    if (cloud != null) {
      cloud.close();
    }
  }

  private String openstack(String words) throws IOException, InterruptedException {
    return openstack.run(words.split(" ", -1)).strip();
  }

  private JsonNode json(String words) throws IOException, InterruptedException {
    return openstack.json(words.split(" ", -1));
  }

  private List<String> names(String words) throws IOException, InterruptedException {
    return openstack(words + " -f value -c Name").lines().toList();
  }

  private void awaitAvailable(String volume) throws Exception {
    Eventually.until(
        volume + " is available",
        Duration.ofMinutes(1),
        () -> json("volume show " + volume),
        shown -> shown.get("status").asString().equals("available"));
  }

  @Test
  void aSessionWithVolumesAndSnapshots() throws Exception {
    JsonNode made = json("volume create --size 1 --property a=b oc1");
    assertThat(made.get("name").asString()).isEqualTo("oc1");
    assertThat(made.get("properties").get("a").asString()).isEqualTo("b");
    assertThat(names("volume list")).containsExactly("oc1");
    openstack("volume set --property c=d --description x oc1");
    openstack("volume set --size 2 oc1");
    openstack("volume unset --property a oc1");
    openstack("volume set --bootable oc1");
    JsonNode shown = json("volume show oc1");
    assertThat(shown.get("size").asInt()).isEqualTo(2);
    assertThat(shown.get("bootable").asString()).isEqualTo("true");
    assertThat(shown.get("description").asString()).isEqualTo("x");
    assertThat(shown.get("properties").toString()).isEqualTo("{\"c\":\"d\"}");

    openstack("volume snapshot create --volume oc1 os1");
    openstack("volume snapshot set --property k=v os1");
    assertThat(names("volume snapshot list")).containsExactly("os1");
    assertThat(json("volume snapshot show os1").get("properties").toString())
        .isEqualTo("{\"k\":\"v\"}");
    openstack("volume create --snapshot os1 --size 2 oc2");
    awaitAvailable("oc2");
    openstack("volume create --source oc2 --size 3 oc3");
    awaitAvailable("oc3");

    assertThat(cinder.run("list")).contains("oc3").contains("available");
    assertThat(openstack("volume service list")).contains("cinder-volume");
    assertThat(openstack("availability zone list --volume")).contains("nova");
    openstack("volume delete oc1");
    assertThat(names("volume snapshot list")).containsExactly("os1");
    openstack("volume snapshot delete os1");
    openstack("volume delete oc2 oc3");
    assertThat(names("volume list")).isEmpty();
  }
}
