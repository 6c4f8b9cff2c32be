package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
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
  private final FreezeKeepers keepers = new FreezeKeepers();
  private final CountDownLatch thawed = new CountDownLatch(1);

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("agent");
  }

  @AfterEach
  void close() throws Exception {
    keepers.close();
    for (ProcessHandle each : runningKeepers()) {
      each.onExit().get();
    }
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
      try (var guest = keepers.freeze(socket, LIMIT)) {
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
      assertThatThrownBy(() -> keepers.freeze(socket, LIMIT))
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
      assertThatThrownBy(() -> keepers.freeze(socket, Duration.ofMillis(300)))
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
      keepers.freeze(socket, LIMIT).close();
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
      var guest = keepers.freeze(socket, LIMIT);
      assertThatThrownBy(guest::close).hasMessageContaining("had thawed before");
    }
  }

  @Test
  void thawsThoughTheKeeperWasKilled() throws Exception {
    try (var _ = new FakeAgent(socket, this::obey)) {
      var guest = keepers.freeze(socket, LIMIT);
      killKeepers();
      assertThatThrownBy(guest::close).hasMessageContaining("may have thawed too early");
      assertThat(thawed.getCount()).isZero();
    }
  }

  @Test
  void oneKeeperFreezesOneGuestAfterTheOther() throws IOException {
    try (var agent = new FakeAgent(socket, this::obey)) {
      keepers.freeze(socket, LIMIT).close();
      List<ProcessHandle> first = runningKeepers();
      keepers.freeze(socket, LIMIT).close();
      assertThat(runningKeepers()).isEqualTo(first).hasSize(1);
      assertThat(agent.heard()).hasSize(6).endsWith("guest-fsfreeze-thaw");
    }
  }

  @Test
  void keeperThatWasKilledWhileItWaitedIsReplaced() throws Exception {
    try (var agent = new FakeAgent(socket, this::obey)) {
      keepers.freeze(socket, LIMIT).close();
      killKeepers();
      keepers.freeze(socket, LIMIT).close();
      assertThat(agent.heard()).hasSize(6).endsWith("guest-fsfreeze-thaw");
    }
  }

  @Test
  void whoIsToldToStopThawsFirst() throws Exception {
    try (var _ = new FakeAgent(socket, this::obey)) {
      var guest = keepers.freeze(socket, LIMIT);
      Thread.currentThread().interrupt();
      guest.close();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(thawed.getCount()).isZero();
    }
  }

  @Test
  void keeperEndsWithAtollWhetherItWaitsOrNot() throws Exception {
    try (var _ = new FakeAgent(socket, this::obey)) {
      keepers.freeze(socket, LIMIT).close();
      var keeper = KeeperProcess.start(FreezeKeepers.command());
      keeper.order(socket, LIMIT);
      assertThat(keeper.nextWord(LIMIT)).isEqualTo("frozen 2");
      keeper.letGo();
      assertThat(keeper.nextWord(LIMIT)).isEqualTo("thawed");
      keepers.close();
      for (ProcessHandle each : runningKeepers()) {
        each.onExit().get();
      }
    }
  }

  private static void killKeepers() throws Exception {
    for (ProcessHandle each : runningKeepers()) {
      each.destroyForcibly();
      each.onExit().get();
    }
  }

  private static List<ProcessHandle> runningKeepers() {
    return ProcessHandle.current()
        .children()
        .filter(child -> CommandLines.of(child).contains(FreezeKeeper.class.getName()))
        .toList();
  }

  @Test
  void noMachineIsTold() {
    assertThatThrownBy(() -> keepers.freeze(socket, LIMIT))
        .hasMessageContaining("are not frozen")
        .hasMessageContaining("No such file");
  }
}
