package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volume types and QoS specs on a whole service, called by OpenStack's own client, of Debian. */
class VolumeTypeClientIT {
  private static final String CLIENT = "openstack";

  @TempDir Path folder;

  @Test
  void anAdminMakesTypesAndQosSpecs() throws Exception {
    try (Service _ = Service.open(TestCloud.settings(folder, false))) {
      var client = OpenStackClient.of(CLIENT, folder.resolve("openrc"));
      JsonNode fast =
          client.json(
              "volume",
              "type",
              "create",
              "--private",
              "--property",
              "a=b",
              "--property",
              "c=d",
              "fast");
      assertThat(fast.get("is_public").booleanValue()).isFalse();
      assertThat(fast.get("properties").get("a").stringValue()).isEqualTo("b");
      assertThat(
              client.run(
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
      assertThat(client.run("volume", "type", "unset", "--property", "a", "faster")).isEmpty();

      JsonNode limits =
          client.json(
              "volume", "qos", "create", "--consumer", "both", "--property", "x=1", "limits");
      assertThat(limits.get("consumer").stringValue()).isEqualTo("both");
      assertThat(client.run("volume", "qos", "set", "--property", "y=2", "limits")).isEmpty();
      assertThat(client.run("volume", "qos", "unset", "--property", "x", "limits")).isEmpty();
      assertThat(client.run("volume", "qos", "associate", "limits", "faster")).isEmpty();
      JsonNode shownLimits = client.json("volume", "qos", "show", "limits");
      assertThat(shownLimits.get("properties").toString()).isEqualTo("{\"y\":\"2\"}");
      assertThat(shownLimits.get("associations").toString()).isEqualTo("[\"faster\"]");

      JsonNode faster = client.json("volume", "type", "show", "--encryption-type", "faster");
      assertThat(faster.get("id")).isEqualTo(fast.get("id"));
      assertThat(faster.get("description").stringValue()).isEqualTo("quick");
      assertThat(faster.get("properties").propertyNames()).containsExactlyInAnyOrder("c", "e");
      assertThat(faster.get("qos_specs_id")).isEqualTo(limits.get("id"));
      assertThat(faster.get("access_project_ids").size()).isEqualTo(1);
      assertThat(faster.get("encryption").get("provider").stringValue()).isEqualTo("luks");
      assertThat(client.run("volume", "type", "list", "-f", "value", "-c", "Name").lines())
          .containsExactly("faster", "__DEFAULT__");

      assertThat(client.run("volume", "qos", "disassociate", "--all", "limits")).isEmpty();
      assertThat(client.run("volume", "type", "delete", "faster")).isEmpty();
      assertThat(client.run("volume", "qos", "delete", "limits")).isEmpty();
      assertThat(client.run("volume", "qos", "list", "-f", "value")).isBlank();
    }
  }
}
