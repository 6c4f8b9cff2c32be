package atoll;

import static atoll.Answers.assertFault;
import static atoll.Answers.keys;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import atoll.engine.InstanceSpec;
import atoll.model.InstanceId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Volumes are reserved, attached to instances and detached as Block Storage has it. */
@OnBothDatabases
class AttachmentTest {
  private static final String VERSION = "3.44";

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session member;
  private static Session stranger;
  private static InstanceId instance;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
    stranger = cloud.tenant("stranger", "member");
    instance = instanceOf(member);
  }

  private static InstanceId instanceOf(Session session) {
    var spec = new InstanceSpec(session.owner(), "i", 64, 1, List.of());
    return cloud.service.engine().instances().create(spec).id();
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static String volume() throws Exception {
    JsonNode made = member.must("POST", "/volumes", "{\"volume\": {\"size\": 1}}");
    return made.get("volume").get("id").asString();
  }

  private static Answer attachment(String volume, Object of, String more) throws Exception {
    return member.volume(
        VERSION,
        "POST",
        "/attachments",
        "{\"attachment\": {\"volume_uuid\": \"%s\", \"instance_uuid\": \"%s\"%s}}"
            .formatted(volume, of, more));
  }

  private static Answer act(Session session, String volume, String action) throws Exception {
    return session.volume("3.0", "POST", "/volumes/" + volume + "/action", action);
  }

  private static void mustAct(Session session, String volume, String action) throws Exception {
    Answer answer = act(session, volume, action);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
  }

  private static String statusOf(String volume) throws Exception {
    return member.must("GET", "/volumes/" + volume, null).get("volume").get("status").asString();
  }

  @Test
  void anAttachmentIsReservedPluggedInCompletedAndDeleted() throws Exception {
    String volume = volume();
    Answer made = attachment(volume, instance, "");
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    JsonNode shown = made.body().get("attachment");
    assertThat(keys(shown))
        .containsExactlyInAnyOrder(
            "id",
            "status",
            "instance",
            "volume_id",
            "attached_at",
            "detached_at",
            "attach_mode",
            "connection_info");
    assertThat(shown.get("status").asString()).isEqualTo("reserved");
    assertThat(shown.get("instance").asString()).isEqualTo(instance.toString());
    assertThat(statusOf(volume)).isEqualTo("reserved");
    String path = "/attachments/" + shown.get("id").asString();
    Answer early = member.volume(VERSION, "POST", path + "/action", "{\"os-complete\": {}}");
    assertThat(early.status()).isEqualTo(400);
    Answer connected =
        member.volume(
            VERSION, "PUT", path, "{\"attachment\": {\"connector\": {\"host\": \"here\"}}}");
    assertThat(connected.status()).as(connected.text()).isEqualTo(200);
    JsonNode attached = connected.body().get("attachment");
    assertThat(attached.get("status").asString()).isEqualTo("attached");
    assertThat(attached.get("connection_info").get("device_path").asString()).startsWith("/dev/vd");
    assertThat(statusOf(volume)).isEqualTo("in-use");
    assertThat(member.volume(VERSION, "POST", path + "/action", "{\"os-complete\": {}}").status())
        .isEqualTo(204);
    JsonNode of = member.must("GET", "/volumes/" + volume, null).get("volume").get("attachments");
    assertThat(of.get(0).get("attachment_id").asString()).isEqualTo(shown.get("id").asString());
    assertThat(member.volume(VERSION, "DELETE", path, null).status()).isEqualTo(200);
    assertThat(statusOf(volume)).isEqualTo("available");
    assertThat(member.volume(VERSION, "GET", path, null).status()).isEqualTo(404);
  }

  @Test
  void aConnectorAttachesAtOnce() throws Exception {
    String volume = volume();
    Answer made = attachment(volume, instance, ", \"connector\": {\"host\": \"here\"}");
    assertThat(made.body().get("attachment").get("status").asString()).isEqualTo("attached");
    assertThat(act(member, volume, "{\"os-detach\": {}}").status()).isEqualTo(202);
    assertThat(statusOf(volume)).isEqualTo("available");
  }

  @Test
  void whatIsReservedForOneIsNotAttachedToAnother() throws Exception {
    String volume = volume();
    InstanceId other = instanceOf(member);
    assertThat(attachment(volume, instance, "").status()).isEqualTo(200);
    Answer second = attachment(volume, other, "");
    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text()).contains("only an available volume can be reserved");
    Answer refused =
        act(member, volume, "{\"os-attach\": {\"instance_uuid\": \"%s\"}}".formatted(other));
    assertThat(refused.status()).isEqualTo(400);
    mustAct(member, volume, "{\"os-attach\": {\"instance_uuid\": \"%s\"}}".formatted(instance));
    assertThat(statusOf(volume)).isEqualTo("in-use");
    mustAct(member, volume, "{\"os-detach\": {}}");
  }

  @Test
  void listsAreFilteredAndInPages() throws Exception {
    InstanceId own = instanceOf(member);
    for (int i = 0; i < 3; i++) {
      assertThat(attachment(volume(), own, "").status()).isEqualTo(200);
    }
    String of = "/attachments?instance_id=" + own;
    JsonNode all = member.volume(VERSION, "GET", of, null).body();
    assertThat(keys(all)).containsExactly("attachments");
    assertThat(all.get("attachments")).hasSize(3);
    assertThat(keys(all.get("attachments").get(0)))
        .containsExactlyInAnyOrder("id", "status", "instance", "volume_id");
    JsonNode first = member.volume(VERSION, "GET", of + "&limit=2", null).body();
    String last = first.get("attachments").get(1).get("id").asString();
    JsonNode rest = member.volume(VERSION, "GET", of + "&limit=2&marker=" + last, null).body();
    assertThat(rest.get("attachments")).hasSize(1);
    assertThat(member.volume(VERSION, "GET", of + "&status=attached", null).body())
        .isEqualTo(member.volume(VERSION, "GET", of + "&status=detaching", null).body());
    assertThat(stranger.volume(VERSION, "GET", of, null).body().get("attachments")).isEmpty();
    assertThat(stranger.volume(VERSION, "GET", "/attachments/" + last, null).status())
        .isEqualTo(404);
    assertThat(member.volume("3.26", "GET", of, null).status()).isEqualTo(404);
  }

  @Test
  void reservingIsAMarkThatIsTakenBack() throws Exception {
    String volume = volume();
    mustAct(member, volume, "{\"os-reserve\": {}}");
    assertThat(statusOf(volume)).isEqualTo("attaching");
    assertFault(
        act(member, volume, "{\"os-reserve\": {}}"),
        400,
        "badRequest",
        "Invalid volume: Volume status must be available to reserve, but the status is attaching.");
    assertThat(member.volume("3.0", "DELETE", "/volumes/" + volume, null).status()).isEqualTo(400);
    JsonNode listed = member.must("GET", "/volumes?status=attaching", null).get("volumes");
    assertThat(listed.valueStream().map(one -> one.get("id").asString())).contains(volume);
    mustAct(member, volume, "{\"os-unreserve\": {}}");
    mustAct(member, volume, "{\"os-unreserve\": {}}");
    assertThat(statusOf(volume)).isEqualTo("available");
  }

  @Test
  void anAdminSaysWhatAVolumeIsOnlyWhereThatIsTrue() throws Exception {
    String volume = volume();
    String available = "{\"os-reset_status\": {\"status\": \"available\"}}";
    assertThat(act(member, volume, available).status()).isEqualTo(403);
    Session admin = cloud.admin;
    mustAct(admin, volume, available);
    mustAct(admin, volume, "{\"os-reset_status\": {\"status\": \"attaching\"}}");
    assertThat(statusOf(volume)).isEqualTo("attaching");
    mustAct(admin, volume, available);
    assertThat(statusOf(volume)).isEqualTo("available");
    Answer untrue = act(admin, volume, "{\"os-reset_status\": {\"status\": \"in-use\"}}");
    assertThat(untrue.status()).isEqualTo(400);
    assertThat(untrue.text()).contains("is in-use only when that is true");
    mustAct(admin, volume, "{\"os-reset_status\": {\"status\": \"attaching\"}}");
    mustAct(admin, volume, "{\"os-force_delete\": {}}");
    assertThat(member.volume("3.0", "GET", "/volumes/" + volume, null).status()).isEqualTo(404);
  }

  @Test
  void whatCannotBeAttachedSaysWhy() throws Exception {
    String volume = volume();
    assertFault(
        act(member, volume, "{\"os-detach\": {}}"),
        400,
        "badRequest",
        "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and"
            + " attach_status must be 'attached' to detach.");
    InstanceId foreign = instanceOf(stranger);
    for (Object none : List.of(foreign, UUID.randomUUID())) {
      assertFault(
          attachment(volume, none, ""),
          404,
          "itemNotFound",
          "Instance %s could not be found.".formatted(none));
    }
    assertThat(act(member, volume, "{\"os-attach\": {\"host_name\": \"h\"}}").text())
        .contains("name instance_uuid");
    Answer unnamed =
        member.volume(
            VERSION,
            "POST",
            "/attachments",
            "{\"attachment\": {\"volume_uuid\": \"%s\", \"connector\": {}}}".formatted(volume));
    assertThat(unnamed.status()).isEqualTo(400);
    assertThat(statusOf(volume)).isEqualTo("available");
  }
}
