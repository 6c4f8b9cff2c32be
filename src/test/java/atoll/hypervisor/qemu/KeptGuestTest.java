package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real keeper, in its own process, and an agent that is made up. */
@Timeout(60)
final class KeptGuestTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;
  private Path socket;
  private final CountDownLatch thawed = new CountDownLatch(1);

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("agent");
  }

  /** Answers as an agent in a guest with two file systems. */
  private void obey(FakeQemu.Peer client, String command) throws IOException {
    if (command.equals("guest-fsfreeze-thaw")) {
      thawed.countDown();
    }
    client.say("{\"return\": 2}");
  }

  @Test
  void freezesAndThaws() throws IOException {
    try (var agent = new FakeAgent(socket, this::obey)) {
      try (var guest = KeptGuest.freeze(socket, LIMIT)) {
        assertThat(guest.fileSystems()).isEqualTo(2);
        assertThat(agent.heard()).containsExactly("guest-sync-delimited", "guest-fsfreeze-freeze");
      }
      assertThat(agent.heard()).endsWith("guest-fsfreeze-thaw").hasSize(3);
    }
  }

  @Test
  void thawsEvenWhenTheFreezeWasRefused() throws Exception {
    try (var _ =
        new FakeAgent(
            socket,
            (client, command) -> {
              if (command.equals("guest-fsfreeze-freeze")) {
                client.say("{\"error\": {\"desc\": \"failed to open /data\"}}");
              } else {
                obey(client, command);
              }
            })) {
      assertThatThrownBy(() -> KeptGuest.freeze(socket, LIMIT))
          .hasMessageContaining("are not frozen")
          .hasMessageContaining("failed to open /data");
      thawed.await();
    }
  }

  @Test
  void thawsWhenTheFreezeTakesTooLong() throws Exception {
    try (var _ =
        new FakeAgent(
            socket,
            (client, command) -> {
              if (!command.equals("guest-fsfreeze-freeze")) {
                obey(client, command);
              }
            })) {
      assertThatThrownBy(() -> KeptGuest.freeze(socket, Duration.ofMillis(300)))
          .hasMessageContaining("no answer in time");
      thawed.await();
    }
  }

  @Test
  void asksAgainWhenTheGuestDoesNotThaw() throws IOException {
    var thaws = new AtomicInteger();
    try (var agent =
        new FakeAgent(
            socket,
            (client, command) -> {
              if (command.equals("guest-fsfreeze-thaw") && thaws.incrementAndGet() == 1) {
                client.say("busy");
              } else {
                obey(client, command);
              }
            })) {
      KeptGuest.freeze(socket, LIMIT).close();
      assertThat(agent.heard()).endsWith("guest-sync-delimited", "guest-fsfreeze-thaw");
    }
  }

  @Test
  void guestThatHadThawedByItselfIsTold() throws IOException {
    try (var _ =
        new FakeAgent(
            socket,
            (client, command) ->
                client.say(
                    command.equals("guest-fsfreeze-thaw")
                        ? "{\"return\": 0}"
                        : "{\"return\": 2}"))) {
      var guest = KeptGuest.freeze(socket, LIMIT);
      assertThatThrownBy(guest::close).hasMessageContaining("had thawed before");
    }
  }

  @Test
  void thawsThoughTheKeeperWasKilled() throws Exception {
    try (var _ = new FakeAgent(socket, this::obey)) {
      var guest = KeptGuest.freeze(socket, LIMIT);
      ProcessHandle keeper =
          ProcessHandle.current()
              .children()
              .filter(child -> commandLine(child).contains(socket.toString()))
              .findFirst()
              .orElseThrow();
      keeper.destroyForcibly();
      keeper.onExit().get();
      assertThatThrownBy(guest::close).hasMessageContaining("may have thawed too early");
      assertThat(thawed.getCount()).isZero();
    }
  }

  /** Java has none of those that are long, as this one may be or not. */
  private static String commandLine(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  @Test
  void noMachineIsTold() {
    assertThatThrownBy(() -> KeptGuest.freeze(socket, LIMIT))
        .hasMessageContaining("are not frozen")
        .hasMessageContaining("No such file");
  }
}
