package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What tests of Block Storage ask of answers. */
final class Answers {
  private Answers() {}

  static Answer volumeOf(Session session, String type) throws Exception {
    return session.volume(
        "3.63",
        "POST",
        "/volumes",
        "{\"volume\": {\"size\": 1, \"volume_type\": \"%s\"}}".formatted(type));
  }

  static String idOfVolume(Answer made) {
    assertThat(made.status()).as(made.text()).isEqualTo(202);
    return made.body().get("volume").get("id").asString();
  }

  static List<String> keys(JsonNode object) {
    return List.copyOf(object.propertyNames());
  }

  static void assertFault(Answer answer, int status, String fault, String message) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(keys(answer.body())).containsExactly(fault);
    assertThat(answer.body().get(fault).get("code").asInt()).isEqualTo(status);
    assertThat(answer.body().get(fault).get("message").asString()).isEqualTo(message);
  }

  static void assertNoSuchType(Answer answer, String id) {
    assertFault(answer, 404, "itemNotFound", "Volume type " + id + " could not be found.");
  }
}
