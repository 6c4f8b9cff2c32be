package atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a whole service says of itself, its host and its storage. */
@OnBothDatabases
class HostServicesTest {
  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session member;
  private static String host;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
    host = InetAddress.getLocalHost().getHostName();
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static JsonNode admin(String path) throws Exception {
    return cloud.admin.must("GET", path, null);
  }

  private static Answer act(String action, String body) throws Exception {
    return cloud.admin.volume("3.0", "PUT", "/os-services/" + action, body);
  }

  private static JsonNode volumeService() throws Exception {
    return admin("/os-services?binary=cinder-volume").get("services").get(0);
  }

  @Test
  void threeServicesAreUp() throws Exception {
    JsonNode services = admin("/os-services").get("services");
    assertThat(services.valueStream().map(one -> one.get("binary").asString()))
        .containsExactly("cinder-backup", "cinder-volume", "cinder-scheduler");
    assertThat(services.get(0).propertyNames())
        .containsExactly(
            "binary", "host", "zone", "status", "state", "updated_at", "disabled_reason");
    assertThat(services.get(1).propertyNames())
        .containsExactly(
            "binary",
            "host",
            "zone",
            "status",
            "state",
            "updated_at",
            "disabled_reason",
            "replication_status",
            "active_backend_id",
            "frozen");
    assertThat(services.get(1).get("host").asString()).isEqualTo(host + "@island");
    assertThat(services.get(1).get("state").asString()).isEqualTo("up");
    JsonNode newer =
        cloud.admin.volume("3.49", "GET", "/os-services?host=" + host + "@island", null).body();
    assertThat(newer.get("services").size()).isEqualTo(1);
    assertThat(newer.get("services").get(0).get("backend_state").asString()).isEqualTo("up");
    assertThat(newer.get("services").get(0).get("cluster").isNull()).isTrue();
    assertThat(admin("/os-services?binary=nova-compute").get("services").size()).isZero();
    assertThat(member.volume("3.0", "GET", "/os-services", null).status()).isEqualTo(403);
  }

  @Test
  void aServiceIsDisabledEnabledFrozenAndThawed() throws Exception {
    String named = "{\"host\": \"%s@island\", \"binary\": \"cinder-volume\"%s}";
    Answer disabled = act("disable", named.formatted(host, ""));
    assertThat(disabled.status()).isEqualTo(200);
    assertThat(disabled.body().toString())
        .isEqualTo(
            "{\"disabled\":true,\"host\":\"%s@island\",\"service\":\"\",\"binary\":\"cinder-volume\",\"status\":\"disabled\"}"
                .formatted(host));
    assertThat(zoneIsAvailable()).isFalse();
    Answer reasoned =
        act("disable-log-reason", named.formatted(host, ", \"disabled_reason\": \"repairs\""));
    assertThat(reasoned.body().get("disabled_reason").asString()).isEqualTo("repairs");
    assertThat(volumeService().get("status").asString()).isEqualTo("disabled");
    assertThat(volumeService().get("disabled_reason").asString()).isEqualTo("repairs");
    assertThat(admin("/os-hosts").get("hosts").get(1).get("service-state").asString())
        .isEqualTo("disabled");
    assertThat(act("freeze", "{\"host\": \"%s@island\"}".formatted(host)).status()).isEqualTo(202);
    assertThat(volumeService().get("frozen").asBoolean()).isTrue();
    assertThat(act("thaw", "{\"host\": \"%s@island\"}".formatted(host)).status()).isEqualTo(202);
    Answer enabled = act("enable", named.formatted(host, ""));
    assertThat(enabled.body().get("disabled").asBoolean()).isFalse();
    assertThat(enabled.body().get("disabled_reason").isNull()).isTrue();
    assertThat(volumeService().get("status").asString()).isEqualTo("enabled");
    assertThat(volumeService().get("disabled_reason").isNull()).isTrue();
    assertThat(volumeService().get("frozen").asBoolean()).isFalse();
    assertThat(zoneIsAvailable()).isTrue();
  }

  private static boolean zoneIsAvailable() throws Exception {
    JsonNode zones = member.must("GET", "/os-availability-zone", null).get("availabilityZoneInfo");
    assertThat(zones.size()).isEqualTo(1);
    assertThat(zones.get(0).get("zoneName").asString()).isEqualTo("nova");
    return zones.get(0).get("zoneState").get("available").asBoolean();
  }

  @Test
  void unknownServicesAreRefusedInTheWordsOfCinder() throws Exception {
    assertThat(act("disable", "{\"host\": \"%s\", \"binary\": \"invalid\"}".formatted(host)).text())
        .isEqualTo(
            "{\"itemNotFound\":{\"code\":404,\"message\":\"Service invalid could not be found on host %s.\"}}"
                .formatted(host));
    assertThat(act("enable", "{\"host\": \"invalid_host\", \"binary\": \"cinder-backup\"}").text())
        .contains("Service cinder-backup could not be found on host invalid_host.");
    assertThat(
            act(
                    "disable-log-reason",
                    "{\"host\": \"%s\", \"binary\": \"cinder-backup\", \"disabled_reason\": null}"
                        .formatted(host))
                .text())
        .isEqualTo(
            "{\"badRequest\":{\"code\":400,\"message\":\"Invalid input for field/attribute disabled_reason. Value: None. None is not of type 'string'\"}}");
    for (String action : List.of("freeze", "thaw", "failover_host")) {
      assertThat(act(action, "{\"host\": \"invalid_host\"}").text())
          .isEqualTo(
              "{\"badRequest\":{\"code\":400,\"message\":\"No service found with host=invalid_host\"}}");
    }
    assertThat(act("failover_host", "{\"host\": \"%s@island\"}".formatted(host)).status())
        .isEqualTo(400);
    assertThat(act("explode", "{}").status()).isEqualTo(400);
    assertThat(act("enable", "{\"host\": \"x\"}").status()).isEqualTo(400);
    assertThat(act("enable", "[]").status()).isEqualTo(400);
  }

  @Test
  void aHostShowsWhatItHoldsOfEachProject() throws Exception {
    Session owner = cloud.tenant("owner", "member");
    String volume =
        owner
            .must("POST", "/volumes", "{\"volume\": {\"size\": 2}}")
            .get("volume")
            .get("id")
            .asString();
    owner.must("POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(volume));
    JsonNode resources = admin("/os-hosts/" + host + "@island").get("host");
    assertThat(resources.get(0).get("resource").get("project").asString()).isEqualTo("(total)");
    assertThat(resources.valueStream().map(one -> one.get("resource").toString()))
        .contains(
            "{\"host\":\"%s@island\",\"project\":\"%s\",\"volume_count\":\"1\",\"total_volume_gb\":\"2\",\"snapshot_count\":\"1\",\"total_snapshot_gb\":\"2\"}"
                .formatted(host, owner.project));
    JsonNode hosts = admin("/os-hosts").get("hosts");
    assertThat(hosts.size()).isEqualTo(3);
    assertThat(hosts.get(1).propertyNames())
        .containsExactly(
            "host_name", "service", "zone", "service-status", "service-state", "last-update");
    assertThat(admin("/os-hosts?zone=other").get("hosts").size()).isZero();
    Answer unknown = cloud.admin.volume("3.0", "GET", "/os-hosts/elsewhere", null);
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.text())
        .contains("Service cinder-volume could not be found on host elsewhere.");
    assertThat(member.volume("3.0", "GET", "/os-hosts", null).status()).isEqualTo(403);
  }

  @Test
  void thePoolHasTheRoomOfItsFileSystem() throws Exception {
    String pool = host + "@island#island";
    assertThat(admin("/scheduler-stats/get_pools").toString())
        .isEqualTo("{\"pools\":[{\"name\":\"%s\"}]}".formatted(pool));
    JsonNode detailed = admin("/scheduler-stats/get_pools?detail=True").get("pools").get(0);
    JsonNode measured = detailed.get("capabilities");
    double total = folder.toFile().getTotalSpace() / (double) (1L << 30);
    assertThat(measured.get("total_capacity_gb").asDouble()).isCloseTo(total, offset(0.01));
    assertThat(measured.get("free_capacity_gb").asDouble()).isPositive().isLessThan(total);
    assertThat(measured.get("thin_provisioning_support").asBoolean()).isTrue();
    assertThat(
            cloud
                .admin
                .volume("3.28", "GET", "/scheduler-stats/get_pools?name=other", null)
                .body()
                .get("pools")
                .size())
        .isZero();
    JsonNode capabilities = admin("/capabilities/" + host + "@island");
    assertThat(capabilities.propertyNames())
        .containsExactly(
            "namespace",
            "vendor_name",
            "volume_backend_name",
            "pool_name",
            "driver_version",
            "storage_protocol",
            "display_name",
            "description",
            "visibility",
            "replication_targets",
            "properties");
    assertThat(capabilities.get("namespace").asString())
        .isEqualTo("OS::Storage::Capabilities::" + host + "@island");
    assertThat(cloud.admin.volume("3.0", "GET", "/capabilities/other", null).status())
        .isEqualTo(404);
  }

  @Test
  void extensionsAreThoseThatAreThere() throws Exception {
    JsonNode extensions = member.must("GET", "/extensions", null).get("extensions");
    assertThat(extensions.valueStream().map(one -> one.get("alias").asString()))
        .contains("os-quota-sets", "os-services", "backups")
        .doesNotContain("consistencygroups")
        .doesNotHaveDuplicates();
    assertThat(extensions.get(0).propertyNames())
        .containsExactly("name", "alias", "description", "updated", "links");
  }
}
