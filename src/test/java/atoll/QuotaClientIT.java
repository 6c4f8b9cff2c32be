package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Quotas and services by OpenStack's own clients, of Debian. Of these, {@code openstack quota
 * show}, {@code quota set} and {@code limits show} do nothing without a compute service; {@code
 * cinder} has the same for volumes alone.
 */
class QuotaClientIT {
  @TempDir Path folder;
  private @Nullable TestCloud cloud;
  private OpenStackClient openstack;
  private OpenStackClient cinder;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.openWithQuotas(folder.resolve("data"));
    openstack = OpenStackClient.of("openstack", folder.resolve("data/openrc"));
    cinder = OpenStackClient.of("cinder", folder.resolve("data/openrc"));
  }

  @AfterEach
  void close() throws IOException {
    if (cloud != null) {
      cloud.close();
    }
  }

  @Test
  void quotasAreShownSetAndTakenBack() throws Exception {
    String project = openstack.json("project", "show", "admin").get("id").asString();
    assertThat(cinder.run("quota-show", project))
        .containsPattern("gigabytes +\\| 1000 ")
        .containsPattern("volumes___DEFAULT__ +\\| -1 ");
    assertThat(cinder.run("quota-update", "--volumes", "7", "--gigabytes", "70", project))
        .containsPattern("gigabytes +\\| 70 ");
    JsonNode set = openstack.json("quota", "list", "--volume").get(0);
    assertThat(set.get("Volumes").asInt()).isEqualTo(7);
    assertThat(set.get("Gigabytes").asInt()).isEqualTo(70);
    assertThat(openstack.run("volume", "create", "--size", "2", "v")).contains("v");
    assertThat(cinder.run("quota-usage", project))
        .containsPattern("gigabytes +\\| 2 +\\| 0 +\\| 70 ");
    assertThat(cinder.run("absolute-limits"))
        .containsPattern("maxTotalVolumes +\\| 7 ")
        .containsPattern("totalGigabytesUsed +\\| 2 ");
    assertThat(cinder.run("quota-delete", project)).isEmpty();
    assertThat(cinder.run("quota-defaults", project)).containsPattern("volumes +\\| 10 ");
  }

  @Test
  void servicesAreDisabledAndEnabled() throws Exception {
    String host = InetAddress.getLocalHost().getHostName() + "@island";
    assertThat(
            openstack.run(
                "volume",
                "service",
                "set",
                "--disable",
                "--disable-reason",
                "repairs",
                host,
                "cinder-volume"))
        .isEmpty();
    JsonNode services = openstack.json("volume", "service", "list", "--long");
    assertThat(services.size()).isEqualTo(3);
    assertThat(services.get(1).get("Disabled Reason").asString()).isEqualTo("repairs");
    assertThat(
            openstack
                .json("availability", "zone", "list", "--volume")
                .get(0)
                .get("Zone Status")
                .asString())
        .isEqualTo("not available");
    assertThat(openstack.run("volume", "service", "set", "--enable", host, "cinder-volume"))
        .isEmpty();
    assertThat(cinder.run("get-pools", "--detail")).contains(host + "#island");
  }
}
