package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class GuestAgentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path folder;
  private Path socket;

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("agent");
  }

  @Test
  void findsItsAnswerAmongTheComplaintAndAnswersToOthers() throws IOException {
    try (var _ = new FakeAgent(socket, (client, _) -> client.say("{\"return\": 3}"));
        var agent = GuestAgent.connect(socket)) {
      agent.synchronise(PATIENCE);
      assertThat(agent.freeze(PATIENCE)).isEqualTo(3);
      agent.synchronise(PATIENCE);
      assertThat(agent.thaw(PATIENCE)).isEqualTo(3);
    }
  }

  @Test
  void refusalIsToldInTheAgentsWords() throws IOException {
    assertThat(failureOf("{\"error\": {\"desc\": \"the command is not allowed\"}}"))
        .hasMessage("guest agent: guest-fsfreeze-freeze: the command is not allowed");
  }

  @Test
  void garbageIsNoAnswer() throws IOException {
    assertThat(failureOf("rm -rf /")).hasMessageContaining("was answered by no JSON");
    assertThat(failureOf("")).hasMessageContaining("was answered by ");
    assertThat(failureOf("[]")).hasMessageContaining("was answered by []");
    assertThat(failureOf("{\"return\": \"all\"}")).hasMessageContaining("returned \"all\"");
    assertThat(failureOf("{\"return\": -1}")).hasMessageContaining("returned -1");
    assertThat(failureOf("{\"return\": 1e99}")).hasMessageContaining("returned 1");
    assertThat(failureOf("x".repeat(100_000))).hasMessageContaining("more than 65536 bytes");
  }

  private Throwable failureOf(String answer) throws IOException {
    Files.deleteIfExists(socket);
    try (var _ = new FakeAgent(socket, (client, _) -> client.say(answer));
        var agent = GuestAgent.connect(socket)) {
      return catchThrowable(() -> agent.freeze(PATIENCE));
    }
  }

  @Test
  void silenceEndsInTime() throws IOException {
    try (var _ =
            FakeQemu.rude(
                socket,
                client -> {
                  client.hear();
                  client.hear();
                });
        var agent = GuestAgent.connect(socket)) {
      assertThatThrownBy(() -> agent.thaw(SHORT)).hasMessage("guest agent: no answer in time");
    }
  }

  @Test
  void floodEndsInTime() throws IOException {
    try (var _ =
            FakeQemu.rude(
                socket,
                client -> {
                  while (true) {
                    client.sayBytes("x".repeat(1000));
                  }
                });
        var agent = GuestAgent.connect(socket)) {
      assertThatThrownBy(() -> agent.synchronise(SHORT))
          .hasMessage("guest agent: no answer in time");
    }
  }

  @Test
  void deadSocketIsTold() throws IOException {
    assertThatThrownBy(() -> GuestAgent.connect(socket)).hasMessageContaining("No such file");
    try (var _ = FakeQemu.rude(socket, client -> client.hear());
        var agent = GuestAgent.connect(socket)) {
      assertThatThrownBy(() -> agent.thaw(PATIENCE)).hasMessageContaining("closed the connection");
    }
    FakeQemu.killed(socket);
    assertThatThrownBy(() -> GuestAgent.connect(socket)).hasMessageContaining("refused");
  }
}
