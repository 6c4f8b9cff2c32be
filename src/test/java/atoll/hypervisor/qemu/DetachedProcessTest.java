package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class DetachedProcessTest {
  @TempDir Path folder;
  private Path socket;

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("up");
  }

  @Test
  void isInASessionOfItsOwn() throws Exception {
    String session = "cut -d ' ' -f 6 /proc/$$/stat"; // see proc(5)
    Process process = DetachedProcess.start(List.of("sh", "-c", session)).process();
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo(Long.toString(process.pid()));
    }
  }

  @Test
  void processThatEndsBeforeItIsUpIsHeard() throws Exception {
    var process = DetachedProcess.start(List.of("sh", "-c", "echo no such disk >&2; exit 3"));
    try (var rendezvous = Rendezvous.at(socket)) {
      assertThatThrownBy(() -> process.awaitConnection(rendezvous))
          .hasMessage("ended with status 3")
          .satisfies(e -> assertThat(process.failed((IOException) e)).hasMessage("no such disk"));
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void processThatIsNeverUpIsEnded() throws Exception {
    var process = DetachedProcess.start(List.of("sleep", "30"));
    try (var rendezvous = Rendezvous.at(socket)) {
      assertThatThrownBy(() -> rendezvous.await(process.process(), Duration.ofMillis(100)))
          .hasMessage("was not up within 0 s");
    }
    var problem = new IOException("too slow");
    assertThat(process.failed(problem)).isSameAs(problem);
    assertThat(process.process().waitFor(0, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoConnectsIsUp() throws Exception {
    Process process = DetachedProcess.start(List.of("sleep", "30")).process();
    try (var rendezvous = Rendezvous.at(socket);
        var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        var peer = rendezvous.await(process, Duration.ofSeconds(10))) {
      assertThat(peer.isConnected()).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
