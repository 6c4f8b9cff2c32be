package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Session;
import atoll.demo.Guest;
import atoll.engine.GuestSite;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A real machine, run through Atoll's own API from its making to its end. */
class OwnInstanceIT {
  @TempDir Path folder;

  @Test
  void aMachineRunsIsTakenWithAllItsDisksAndStops() throws Exception {
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      Session member = cloud.tenant("member", "member");
      String boot = member.volumeOf(GuestSite.bootImage()).toString();
      String data =
          member
              .must("POST", "/volumes", "{\"volume\": {\"size\": 1}}")
              .get("volume")
              .get("id")
              .asString();
      String id =
          member
              .own(
                  201,
                  "POST",
                  "/instances",
                  """
                  {"memory_mib": 256, "vcpus": 1, "channels": ["%s"],
                    "volumes": [{"id": "%s", "bootable": true}]}
                  """
                      .formatted(Guest.CHANNEL, boot))
              .get("id")
              .asString();
      String path = "/instances/" + id;
      try {
        JsonNode started = member.own(200, "POST", path + "/start", null);
        assertThat(started.get("status").asString()).isEqualTo("running");
        assertThat(member.own("POST", path + "/start", null).status()).isEqualTo(409);
        assertThat(member.own("GET", path + "/channels", null).status()).isEqualTo(403);
        JsonNode channel = cloud.admin.own(200, "GET", path + "/channels", null).at("/items/0");
        assertThat(channel.get("name").asString()).isEqualTo(Guest.CHANNEL);
        try (Guest guest = Guest.connect(Path.of(channel.get("socket").asString()))) {
          assertThat(guest.awaitReady(GuestSite.BOOT_PATIENCE)).isNotEmpty();
        }
        member.own(200, "POST", path + "/attach", "{\"volume\": \"%s\"}".formatted(data));
        JsonNode taken =
            member.own(
                201,
                "POST",
                "/snapshots",
                "{\"volumes\": [\"%s\", \"%s\"], \"quiesce\": \"none\"}".formatted(boot, data));
        assertThat(taken.get("items").size()).isEqualTo(2);
        assertThat(taken.get("set_id").isNull()).isFalse();
        JsonNode stopped = member.own(200, "POST", path + "/stop", "{\"grace_seconds\": 0}");
        assertThat(stopped.get("status").asString()).isEqualTo("stopped");
      } finally {
        member.own("DELETE", path, null);
      }
      assertThat(member.own(200, "GET", "/instances", null).get("items").size()).isZero();
      assertThat(cloud.service.engine().awaitIdle(Duration.ofMinutes(2))).isTrue();
    }
  }
}
