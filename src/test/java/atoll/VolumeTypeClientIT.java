package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.QemuTools;
import atoll.http.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volume types and QoS specs on a whole service, called by OpenStack's own client, of Debian. */
class VolumeTypeClientIT {
  private static final String CLIENT = "openstack";

  @TempDir Path folder;

  @Test
  void anAdminMakesTypesAndQosSpecs() throws Exception {
    QemuTools.require(CLIENT);
    try (Service _ = Service.open(TestCloud.settings(folder, false))) {
      JsonNode fast =
          json("volume", "type", "create", "--private", "--property", "a=b", "--property", "c=d")
              .apply("fast");
      assertThat(fast.get("is_public").booleanValue()).isFalse();
      assertThat(fast.get("properties").get("a").stringValue()).isEqualTo("b");
      assertThat(
              run(
                  "volume",
                  "type",
                  "set",
                  "--name",
                  "faster",
                  "--description",
                  "quick",
                  "--property",
                  "e=f",
                  "--project",
                  "admin",
                  "--encryption-provider",
                  "luks",
                  "--encryption-control-location",
                  "front-end",
                  "fast"))
          .isEmpty();
      assertThat(run("volume", "type", "unset", "--property", "a", "faster")).isEmpty();

      JsonNode limits =
          json("volume", "qos", "create", "--consumer", "both", "--property", "x=1")
              .apply("limits");
      assertThat(limits.get("consumer").stringValue()).isEqualTo("both");
      assertThat(run("volume", "qos", "set", "--property", "y=2", "limits")).isEmpty();
      assertThat(run("volume", "qos", "unset", "--property", "x", "limits")).isEmpty();
      assertThat(run("volume", "qos", "associate", "limits", "faster")).isEmpty();
      JsonNode shownLimits = json("volume", "qos", "show").apply("limits");
      assertThat(shownLimits.get("properties").toString()).isEqualTo("{\"y\":\"2\"}");
      assertThat(shownLimits.get("associations").toString()).isEqualTo("[\"faster\"]");

      JsonNode faster = json("volume", "type", "show", "--encryption-type").apply("faster");
      assertThat(faster.get("id")).isEqualTo(fast.get("id"));
      assertThat(faster.get("description").stringValue()).isEqualTo("quick");
      assertThat(faster.get("properties").propertyNames()).containsExactlyInAnyOrder("c", "e");
      assertThat(faster.get("qos_specs_id")).isEqualTo(limits.get("id"));
      assertThat(faster.get("access_project_ids").size()).isEqualTo(1);
      assertThat(faster.get("encryption").get("provider").stringValue()).isEqualTo("luks");
      assertThat(run("volume", "type", "list", "-f", "value", "-c", "Name").lines())
          .containsExactly("faster", "__DEFAULT__");

      assertThat(run("volume", "qos", "disassociate", "--all", "limits")).isEmpty();
      assertThat(run("volume", "type", "delete", "faster")).isEmpty();
      assertThat(run("volume", "qos", "delete", "limits")).isEmpty();
      assertThat(run("volume", "qos", "list", "-f", "value")).isBlank();
    }
  }

  /** A command that lacks its last word. */
  private interface Command {
    JsonNode apply(String last) throws Exception;
  }

  private Command json(String... words) {
    return last -> {
      var all = new ArrayList<>(List.of(words));
      all.addAll(List.of("-f", "json", last));
      return Json.read(run(all.toArray(String[]::new)).getBytes(StandardCharsets.UTF_8));
    };
  }

  private String run(String... words) throws Exception {
    Process client = start(words);
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(client.waitFor()).as(String.join(" ", words) + ": " + errors).isZero();
    return said;
  }

  /** With what the service wrote for its admin in {@code openrc}. */
  private Process start(String... words) throws IOException {
    var command = new ArrayList<String>();
    command.add(CLIENT);
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("OS_"));
    Matcher variable =
        Pattern.compile("(?m)^export (OS_\\w+)=(.*)$")
            .matcher(Files.readString(folder.resolve("openrc")));
    while (variable.find()) {
      builder.environment().put(variable.group(1), variable.group(2));
    }
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }
}
