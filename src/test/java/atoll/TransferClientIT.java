package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.engine.Engine;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.Owner;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Transfers, messages and backup records by OpenStack's own client, of Debian. */
class TransferClientIT {
  private static final String OPENSTACK = "openstack";

  @TempDir Path folder;
  private @Nullable TestCloud cloud;
  private OpenStackClient openstack;

  @BeforeEach
  void open() throws Exception {
    reopen();
  }

  private TestCloud reopen() throws Exception {
    close();
    TestCloud opened = TestCloud.open(folder.resolve("data"));
    cloud = opened;
    openstack = OpenStackClient.of(OPENSTACK, folder.resolve("data/openrc"));
    openstack.login().put("OS_AUTH_URL", opened.service.url() + "/identity/v3");
    return opened;
  }

  @AfterEach
  void close() throws IOException {
    if (cloud != null) {
      cloud.close();
    }
  }

  @Test
  void aVolumeIsOfferedShownTakenBackAndAccepted() throws Exception {
    openstack.json("volume", "create", "--size", "1", "v");
    JsonNode first = openstack.json("volume", "transfer", "request", "create", "--name", "t1", "v");
    assertThat(first.get("auth_key").asString()).hasSize(16);
    JsonNode listed = openstack.json("volume", "transfer", "request", "list");
    assertThat(listed.size()).isEqualTo(1);
    assertThat(listed.get(0).get("Name").asString()).isEqualTo("t1");
    assertThat(listed.get(0).get("ID")).isEqualTo(first.get("id"));
    JsonNode shown = openstack.json("volume", "transfer", "request", "show", "t1");
    assertThat(shown.get("id")).isEqualTo(first.get("id"));
    assertThat(shown.get("volume_id")).isEqualTo(first.get("volume_id"));
    assertThat(openstack.run("volume", "transfer", "request", "delete", "t1")).isEmpty();
    JsonNode second =
        openstack.json(
            "--os-volume-api-version", "3.55", "volume", "transfer", "request", "create", "v");
    String id = second.get("id").asString();
    assertThat(
            openstack.refused("volume", "transfer", "request", "accept", "--auth-key", "wrong", id))
        .contains("Invalid auth key");
    JsonNode accepted =
        openstack.json(
            "volume",
            "transfer",
            "request",
            "accept",
            "--auth-key",
            second.get("auth_key").asString(),
            id);
    assertThat(accepted.get("volume_id")).isEqualTo(first.get("volume_id"));
    assertThat(openstack.json("volume", "show", "v").get("status").asString())
        .isEqualTo("available");
  }

  @Test
  void whatFailedIsListed() throws Exception {
    String project = openstack.json("project", "show", "admin").get("id").asString();
    close();
    String volume = failedImport(project);
    reopen();
    JsonNode messages =
        openstack.json("--os-volume-api-version", "3.5", "volume", "message", "list");
    assertThat(messages.size()).isEqualTo(1);
    assertThat(messages.get(0).get("Event ID").asString()).isEqualTo("VOLUME_VOLUME_005_012");
    assertThat(messages.get(0).get("Resource UUID").asString()).isEqualTo(volume);
    String id = messages.get(0).get("ID").asString();
    assertThat(openstack.run("--os-volume-api-version", "3.5", "volume", "message", "delete", id))
        .isEmpty();
  }

  private String failedImport(String project) throws Exception {
    Owner owner = TestCloud.owner(project, "somebody");
    Path image = Files.write(folder.resolve("image"), new byte[4096]);
    try (Site site = Site.open(folder.resolve("data"))) {
      Engine engine = site.engine();
      VolumeId volume =
          engine
              .volumes()
              .importImage(VolumeSpec.of(owner, "none", 4096), image, ImageFormat.QCOW2)
              .id();
      assertThat(engine.volumes().awaitMade(volume, Duration.ofMinutes(1))).isTrue();
      return volume.toString();
    }
  }

  @Test
  void aBackupsRecordIsExportedAndImported() throws Exception {
    openstack.json("volume", "create", "--size", "1", "v");
    String first =
        openstack.json("volume", "backup", "create", "--name", "b1", "v").get("id").asString();
    openstack.json("volume", "backup", "create", "--name", "b2", "v"); // keeps the content
    TestCloud service = Objects.requireNonNull(cloud);
    service.admin.await("/backups/" + first, "backup", "available");
    JsonNode record = openstack.json("volume", "backup", "record", "export", "b1");
    assertThat(openstack.run("volume", "backup", "delete", "b1")).isEmpty();
    JsonNode imported =
        openstack.json(
            "volume",
            "backup",
            "record",
            "import",
            record.get("backup_service").asString(),
            record.get("backup_url").asString());
    assertThat(imported.get("id").asString()).isEqualTo(first);
    assertThat(imported.get("name").asString()).isEqualTo("b1");
    service.admin.await("/backups/" + first, "backup", "available");
  }
}
