package atoll;

import static atoll.Answers.assertFault;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import atoll.engine.KeyedCalls.Beginning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that carry a key are done once. */
@OnBothDatabases
class KeyedCallTest {
  private static final String NEW = "{\"volume\": {\"size\": 1, \"name\": \"keyed\"}}";

  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
  }

  @AfterEach
  void close() throws Exception {
    cloud.close();
  }

  private Answer keyed(
      Session session, String key, String method, String path, @Nullable String body)
      throws Exception {
    return cloud.send(
        session.token,
        "3.0",
        method,
        "/volume/v3/" + session.project + path,
        body,
        "Idempotency-Key",
        key);
  }

  private static String id(Answer made) {
    assertThat(made.status()).as(made.text()).isEqualTo(202);
    return made.body().get("volume").get("id").asString();
  }

  private int volumes(Session session) throws Exception {
    return session.must("GET", "/volumes", null).get("volumes").size();
  }

  @Test
  void whatIsSentAgainIsAnsweredAsBefore() throws Exception {
    Answer first = keyed(member, "a", "POST", "/volumes", NEW);
    Answer second = keyed(member, "a", "POST", "/volumes", NEW);
    assertThat(id(second)).isEqualTo(id(first));
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(first.whole().headers().firstValue("Idempotent-Replayed")).isEmpty();
    assertThat(second.whole().headers().firstValue("Idempotent-Replayed")).hasValue("true");
    assertThat(id(keyed(member, "b", "POST", "/volumes", NEW))).isNotEqualTo(id(first));
    assertThat(volumes(member)).isEqualTo(2);
    String path = "/volumes/" + id(first);
    assertThat(keyed(member, "c", "DELETE", path, null).status()).isEqualTo(202);
    assertThat(keyed(member, "c", "DELETE", path, null).status()).isEqualTo(202);
    assertThat(member.volume("3.0", "DELETE", path, null).status()).isEqualTo(404);
  }

  @Test
  void whatWasAnsweredIsKnownAfterARestart() throws Exception {
    String id = id(keyed(member, "a", "POST", "/volumes", NEW));
    cloud.close();
    cloud = TestCloud.open(folder.resolve("data"));
    assertThat(id(keyed(member, "a", "POST", "/volumes", NEW))).isEqualTo(id);
  }

  @Test
  void aKeyIsForOneCallOfOneCaller() throws Exception {
    id(keyed(member, "a", "POST", "/volumes", NEW));
    assertFault(
        keyed(member, "a", "POST", "/volumes", NEW.replace("keyed", "other")),
        422,
        "computeFault",
        "This Idempotency-Key was sent before, with another call");
    Session stranger = cloud.tenant("stranger", "member");
    id(keyed(stranger, "a", "POST", "/volumes", NEW));
    assertThat(volumes(stranger)).isOne();
    assertThat(keyed(member, "no blank", "POST", "/volumes", NEW).status()).isEqualTo(400);
    assertThat(keyed(member, "x".repeat(256), "POST", "/volumes", NEW).status()).isEqualTo(400);
    assertThat(volumes(member)).isOne();
  }

  @Test
  void whatWasRefusedMayBeTriedAgain() throws Exception {
    String volume = id(keyed(member, "a", "POST", "/volumes", NEW));
    String extend = "{\"os-extend\": {\"new_size\": 2}}";
    String action = "/volumes/" + volume + "/action";
    member.must("POST", action, "{\"os-reserve\": {}}");
    assertThat(keyed(member, "b", "POST", action, extend).status()).isEqualTo(400);
    member.must("POST", action, "{\"os-unreserve\": {}}");
    assertThat(keyed(member, "b", "POST", action, extend).status()).isEqualTo(202);
    assertThat(keyed(member, "b", "POST", action, extend).status()).isEqualTo(202);
  }

  @Test
  void whatIsSentManyTimesAtOnceIsDoneOnce() throws Exception {
    var calls = new ArrayList<Callable<Answer>>();
    for (int i = 0; i < 64; i++) {
      calls.add(() -> keyed(member, "a", "POST", "/volumes", NEW));
    }
    var ids = new HashSet<String>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Answer> call : threads.invokeAll(calls, 60, TimeUnit.SECONDS)) {
        Answer answer = call.get();
        assertThat(answer.status()).as(answer.text()).isIn(202, 409);
        if (answer.status() == 202) {
          ids.add(id(answer));
        }
      }
    }
    assertThat(ids).hasSize(1);
    assertThat(volumes(member)).isOne();
  }

  @Test
  void whatWasCutOffSaysSo() throws Exception {
    assertThat(begun()).isInstanceOf(Beginning.First.class);
    assertThat(begun()).isInstanceOf(Beginning.AtWork.class);
    cloud.close();
    cloud = TestCloud.open(folder.resolve("data"));
    assertThat(begun()).isInstanceOf(Beginning.CutOff.class);
  }

  private Beginning begun() {
    return cloud.service.engine().keyedCalls().begin("somebody", "key", "fingerprint");
  }

  @Test
  void secretsAreAnsweredAgainToo() throws Exception {
    String id = id(keyed(member, "a", "POST", "/volumes", NEW));
    member.await("/volumes/" + id, "volume", "available");
    String wanted = "{\"transfer\": {\"volume_id\": \"%s\"}}".formatted(id);
    Answer transfer = keyed(member, "b", "POST", "/os-volume-transfer", wanted);
    assertThat(transfer.status()).as(transfer.text()).isEqualTo(202);
    assertThat(transfer.body().get("transfer").get("auth_key").asString()).isNotEmpty();
    assertThat(keyed(member, "b", "POST", "/os-volume-transfer", wanted).text())
        .isEqualTo(transfer.text());
  }
}
