package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.QemuTools;
import atoll.http.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
  private static final String OPENSTACK = "openstack";
  private static final String CINDER = "cinder";

  @TempDir Path folder;
  private @Nullable TestCloud cloud;
  private Map<String, String> login = Map.of();

  @BeforeEach
  void open() throws Exception {
    QemuTools.require(OPENSTACK);
    QemuTools.require(CINDER);
    cloud = TestCloud.openWithQuotas(folder.resolve("data"));
    login =
        Pattern.compile("(OS_[A-Z_]+)=(.*)")
            .matcher(Files.readString(folder.resolve("data/openrc")))
            .results()
            .collect(Collectors.toMap(QuotaClientIT::name, QuotaClientIT::value));
  }

  private static String name(MatchResult found) {
    return found.group(1);
  }

  private static String value(MatchResult found) {
    return found.group(2);
  }

  @AfterEach
  void close() throws IOException {
    if (cloud != null) {
      cloud.close();
    }
  }

  @Test
  void quotasAreShownSetAndTakenBack() throws Exception {
    String project = json("project", "show", "admin").get("id").asString();
    assertThat(run(CINDER, "quota-show", project))
        .containsPattern("gigabytes +\\| 1000 ")
        .containsPattern("volumes___DEFAULT__ +\\| -1 ");
    assertThat(run(CINDER, "quota-update", "--volumes", "7", "--gigabytes", "70", project))
        .containsPattern("gigabytes +\\| 70 ");
    JsonNode set = json("quota", "list", "--volume").get(0);
    assertThat(set.get("Volumes").asInt()).isEqualTo(7);
    assertThat(set.get("Gigabytes").asInt()).isEqualTo(70);
    assertThat(run(OPENSTACK, "volume", "create", "--size", "2", "v")).contains("v");
    assertThat(run(CINDER, "quota-usage", project))
        .containsPattern("gigabytes +\\| 2 +\\| 0 +\\| 70 ");
    assertThat(run(CINDER, "absolute-limits"))
        .containsPattern("maxTotalVolumes +\\| 7 ")
        .containsPattern("totalGigabytesUsed +\\| 2 ");
    assertThat(run(CINDER, "quota-delete", project)).isEmpty();
    assertThat(run(CINDER, "quota-defaults", project)).containsPattern("volumes +\\| 10 ");
  }

  @Test
  void servicesAreDisabledAndEnabled() throws Exception {
    String host = InetAddress.getLocalHost().getHostName() + "@island";
    assertThat(
            run(
                OPENSTACK,
                "volume",
                "service",
                "set",
                "--disable",
                "--disable-reason",
                "repairs",
                host,
                "cinder-volume"))
        .isEmpty();
    JsonNode services = json("volume", "service", "list", "--long");
    assertThat(services.size()).isEqualTo(3);
    assertThat(services.get(1).get("Disabled Reason").asString()).isEqualTo("repairs");
    assertThat(
            json("availability", "zone", "list", "--volume").get(0).get("Zone Status").asString())
        .isEqualTo("not available");
    assertThat(run(OPENSTACK, "volume", "service", "set", "--enable", host, "cinder-volume"))
        .isEmpty();
    assertThat(run(CINDER, "get-pools", "--detail")).contains(host + "#island");
  }

  private JsonNode json(String... command) throws Exception {
    var words = new ArrayList<>(List.of(command));
    words.addAll(List.of("-f", "json"));
    String said = run(OPENSTACK, words.toArray(String[]::new));
    return Json.read(said.getBytes(StandardCharsets.UTF_8));
  }

  private String run(String tool, String... command) throws Exception {
    var words = new ArrayList<>(List.of(tool));
    words.addAll(List.of(command));
    var builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.startsWith("OS_"));
    builder.environment().putAll(login);
    Process client = builder.start();
    client.getOutputStream().close();
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(client.waitFor()).as(String.join(" ", words) + ": " + errors).isZero();
    return said;
  }
}
