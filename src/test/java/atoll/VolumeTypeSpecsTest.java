package atoll;

import static atoll.Answers.assertFault;
import static atoll.Answers.assertNoSuchType;
import static atoll.Answers.idOfVolume;
import static atoll.Answers.keys;
import static atoll.Answers.volumeOf;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What admins say of volume types, extra specs and encryption, on a whole service. */
@OnBothDatabases
class VolumeTypeSpecsTest {
  private static final String UNKNOWN = "4220c19a-1cca-42f4-9a19-c15f4fafa7a7";
  private static final String LUKS =
      """
      {"encryption": {"provider": "LuksEncryptor", "key_size": 256, "cipher": "aes-xts-plain64",
        "control_location": "front-end"}}
      """;

  @TempDir static Path folder;
  private static TestCloud cloud;
  private static Session admin;
  private static Session member;

  @BeforeAll
  static void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    admin = cloud.admin;
    member = cloud.tenant("member", "member");
  }

  @AfterAll
  static void close() throws IOException {
    cloud.close();
  }

  private static Answer admin(String method, String path, @Nullable String body) throws Exception {
    return admin.volume("3.0", method, path, body);
  }

  private static JsonNode typeOf(String fields) throws Exception {
    return admin
        .must("POST", "/types", "{\"volume_type\": {%s}}".formatted(fields))
        .get("volume_type");
  }

  private static String type(String name) throws Exception {
    return typeOf("\"name\": \"%s\"".formatted(name)).get("id").asString();
  }

  @Test
  void extraSpecsAreSaidChangedAndTakenBackAsRecorded() throws Exception {
    String id = type("specs");
    String all = "/types/" + id + "/extra_specs";
    assertThat(
            admin
                .must("POST", all, "{\"extra_specs\": {\"spec1\": \"v1\", \"spec2\": \"v2\"}}")
                .toString())
        .isEqualTo("{\"extra_specs\":{\"spec1\":\"v1\",\"spec2\":\"v2\"}}");
    assertThat(admin.must("POST", all, "{\"extra_specs\": {\"spec3\": \"v3\"}}").toString())
        .isEqualTo("{\"extra_specs\":{\"spec3\":\"v3\"}}");
    assertThat(admin.must("PUT", all + "/spec2", "{\"spec2\": \"new\"}").toString())
        .isEqualTo("{\"spec2\":\"new\"}");
    assertThat(admin.must("GET", all + "/spec2", null).toString()).isEqualTo("{\"spec2\":\"new\"}");
    assertThat(admin("DELETE", all + "/spec3", null).status()).isEqualTo(202);
    for (String method : List.of("GET", "DELETE")) {
      assertFault(
          admin(method, all + "/spec3", null),
          404,
          "itemNotFound",
          "Volume Type %s has no extra specs with key spec3.".formatted(id));
    }
    JsonNode shown = admin.must("GET", all, null).get("extra_specs");
    assertThat(keys(shown)).containsExactlyInAnyOrder("spec1", "spec2");
    assertThat(admin.must("GET", "/types/" + id, null).get("volume_type").get("extra_specs"))
        .isEqualTo(shown);
  }

  @Test
  void extraSpecsThatMakeNoSenseAreRefusedAsRecorded() throws Exception {
    String all = "/types/" + type("nonsense") + "/extra_specs";
    assertFault(
        admin("POST", all, "{\"extra_specs\": [\"invalid\"]}"),
        400,
        "badRequest",
        "Invalid input for field/attribute extra_specs. Value: ['invalid']."
            + " ['invalid'] is not of type 'object'");
    String mismatch = "Request body and URI mismatch";
    assertFault(admin("PUT", all + "/None", "{\"spec1\": \"val2\"}"), 400, "badRequest", mismatch);
    assertFault(
        admin("PUT", all + "/spec1", "{\"spec1\": \"val2\", \"spec2\": \"val1\"}"),
        400,
        "badRequest",
        "{'spec1': 'val2', 'spec2': 'val1'} has too many properties");
    assertThat(admin("PUT", all + "/spec1", "{}").status()).isEqualTo(400);
    assertThat(admin("PUT", all + "/spec1", "{\"spec1\": 1}").status()).isEqualTo(400);
    assertThat(admin("POST", all, "{\"extra_specs\": {\"\": \"x\"}}").status()).isEqualTo(400);
    assertThat(admin("POST", all, "{}").status()).isEqualTo(400);
    String none = "/types/" + UNKNOWN + "/extra_specs";
    assertNoSuchType(admin("GET", none, null), UNKNOWN);
    assertNoSuchType(admin("POST", none, "{\"extra_specs\": {\"a\": \"b\"}}"), UNKNOWN);
    assertNoSuchType(admin("PUT", none + "/spec1", "{\"spec1\": \"val5\"}"), UNKNOWN);
    assertNoSuchType(admin("DELETE", none + "/spec1", null), UNKNOWN);
  }

  @Test
  void encryptionIsSaidShownChangedAndTakenBackAsRecorded() throws Exception {
    String id = type("encrypted");
    String path = "/types/" + id + "/encryption";
    assertThat(admin.must("GET", path, null).toString()).isEqualTo("{}");
    JsonNode made = admin.must("POST", path, LUKS).get("encryption");
    assertThat(keys(made))
        .containsExactlyInAnyOrder(
            "provider",
            "key_size",
            "cipher",
            "control_location",
            "volume_type_id",
            "encryption_id");
    assertThat(made.get("volume_type_id").asString()).isEqualTo(id);
    JsonNode shown = admin.must("GET", path, null);
    assertThat(keys(shown))
        .containsExactlyInAnyOrder(
            "created_at",
            "updated_at",
            "deleted_at",
            "deleted",
            "encryption_id",
            "cipher",
            "key_size",
            "provider",
            "control_location",
            "volume_type_id");
    assertThat(shown.get("encryption_id")).isEqualTo(made.get("encryption_id"));
    assertThat(shown.get("updated_at").isNull()).isTrue();
    assertThat(shown.get("deleted").asBoolean()).isFalse();
    assertThat(admin.must("GET", path + "/cipher", null).toString())
        .isEqualTo("{\"cipher\":\"aes-xts-plain64\"}");
    assertThat(admin("POST", path, LUKS).status()).isEqualTo(400);

    String change =
        "{\"encryption\":{\"key_size\":128,\"provider\":\"SomeProvider\","
            + "\"control_location\":\"back-end\"}}";
    assertThat(admin.must("PUT", path + "/provider", change).toString()).isEqualTo(change);
    JsonNode changed = admin.must("GET", path, null);
    assertThat(changed.get("key_size").asInt()).isEqualTo(128);
    assertThat(changed.get("control_location").asString()).isEqualTo("back-end");
    assertThat(changed.get("cipher").asString()).isEqualTo("aes-xts-plain64");
    assertThat(changed.get("updated_at").isNull()).isFalse();

    assertThat(admin("DELETE", path + "/provider", null).status()).isEqualTo(202);
    for (Answer none :
        List.of(
            admin("DELETE", path + "/provider", null),
            admin("GET", path + "/cipher", null),
            admin("PUT", path + "/provider", change))) {
      assertFault(
          none, 404, "itemNotFound", "Volume type encryption for type " + id + " does not exist.");
    }
  }

  @Test
  void aVolumeOfATypeWithEncryptionIsPlainAndHoldsItFast() throws Exception {
    String id = type("held");
    String path = "/types/" + id + "/encryption";
    admin.must("POST", path, LUKS);
    String volume = idOfVolume(volumeOf(member, "held"));
    JsonNode shown = member.must("GET", "/volumes/" + volume, null).get("volume");
    assertThat(shown.get("encrypted").isBoolean()).isTrue();
    assertThat(shown.get("encrypted").asBoolean()).isFalse();
    assertFault(
        admin("DELETE", path + "/provider", null),
        400,
        "badRequest",
        "Cannot delete encryption specs. Volume type in use.");
    assertThat(admin("PUT", path + "/provider", LUKS).status()).isEqualTo(400);
    assertFault(
        admin("DELETE", "/types/" + id, null),
        400,
        "badRequest",
        "Target volume type is still in use.");
    member.must("DELETE", "/volumes/" + volume, null);
    assertThat(admin("DELETE", "/types/" + id, null).status()).isEqualTo(202);
  }

  @Test
  void encryptionThatMakesNoSenseIsRefused() throws Exception {
    String path = "/types/" + type("no-encryption") + "/encryption";
    for (String fields :
        List.of(
            "\"provider\": \"p\"",
            "\"control_location\": \"front-end\"",
            "\"provider\": \"p\", \"control_location\": null",
            "\"provider\": \"p\", \"control_location\": \"moon\"",
            "\"provider\": \"p\", \"control_location\": \"back-end\", \"key_size\": -1",
            "\"provider\": \"p\", \"control_location\": \"back-end\", \"key_size\": \"x\"",
            "\"provider\": \"p\", \"control_location\": \"back-end\", \"salt\": 1")) {
      assertThat(admin("POST", path, "{\"encryption\": {%s}}".formatted(fields)).status())
          .as(fields)
          .isEqualTo(400);
    }
    assertNoSuchType(admin("POST", "/types/" + UNKNOWN + "/encryption", LUKS), UNKNOWN);
    assertNoSuchType(admin("GET", "/types/" + UNKNOWN + "/encryption", null), UNKNOWN);
  }
}
