package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class QemuBlockJobTest {
  private static final String GONE = "{\"id\": \"pull-3\", \"status\": \"null\"}";

  @TempDir Path folder;
  private final AtomicInteger completions = new AtomicInteger();

  private QmpClient connect() throws IOException {
    return QmpClient.connect(folder.resolve("qmp"), Duration.ofSeconds(10), IOException::new);
  }

  private FakeQemu qemu(FakeQemu.Script script) throws IOException {
    return FakeQemu.polite(folder.resolve("qmp"), script);
  }

  /** A job that begins with some command. */
  private QemuBlockJob start(QmpClient qmp) throws IOException {
    QmpEvents events = QemuBlockJob.events(qmp, Set.of("pull-3"));
    qmp.execute("block-stream");
    return new QemuBlockJob(qmp, "pull-3", events, completions::incrementAndGet);
  }

  @Test
  void isDoneWhenItIsGoneForAllThatWait() throws Exception {
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              client.event("JOB_STATUS_CHANGE", GONE.replace("null", "running"));
              client.event("JOB_STATUS_CHANGE", GONE.replace("pull-3", "pull-4"));
              client.event("BLOCK_JOB_COMPLETED", "{\"device\": \"pull-3\"}");
              client.event("JOB_STATUS_CHANGE", GONE);
              client.hear();
            });
        var qmp = connect();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      QemuBlockJob job = start(qmp);
      Future<Boolean> one = threads.submit(job::await);
      Future<Boolean> other = threads.submit(job::await);
      assertThat(one.get()).isTrue();
      assertThat(other.get()).isTrue();
      job.cancel();
      assertThat(completions).hasValue(1);
    }
  }

  @Test
  void failureIsToldInQemusWords() throws Exception {
    String why = "{\"device\": \"pull-3\", \"error\": \"No space left on device\"}";
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              client.event("BLOCK_JOB_COMPLETED", why);
              client.event("JOB_STATUS_CHANGE", GONE);
              client.hear();
            });
        var qmp = connect()) {
      QemuBlockJob job = start(qmp);
      assertThatThrownBy(job::await).hasMessage("job pull-3: No space left on device");
      assertThatThrownBy(job::await).hasMessage("job pull-3: No space left on device");
      assertThat(completions).hasValue(0);
    }
  }

  @Test
  void cancelWaitsForTheEnd() throws Exception {
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              client.answer(client.hear(), "{}");
              client.event("BLOCK_JOB_CANCELLED", "{\"device\": \"pull-3\"}");
              client.event("JOB_STATUS_CHANGE", GONE);
              client.hear();
            });
        var qmp = connect()) {
      QemuBlockJob job = start(qmp);
      job.cancel();
      assertThat(job.await()).isFalse();
      assertThat(completions).hasValue(0);
    }
  }

  @Test
  void cancelDoesNotWaitForEver() throws Exception {
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              client.answer(client.hear(), "{}");
              client.answer(client.hear(), "{}");
              client.hear();
            });
        var qmp = connect()) {
      QmpEvents events = QemuBlockJob.events(qmp, Set.of("pull-3"));
      qmp.execute("block-stream");
      var job = new QemuBlockJob(qmp, "pull-3", events, () -> {}, Duration.ofMillis(50));
      assertThatThrownBy(job::cancel)
          .hasMessage("job pull-3 has not ended 50 ms after it was cancelled");
      Thread waiter = Thread.ofVirtual().start(() -> assertThatThrownBy(job::await));
      waiter.join(Duration.ofMillis(100));
      assertThatThrownBy(job::cancel).hasMessageContaining("has not ended");
    }
  }

  @Test
  void cancelThatComesTooLateLeavesItDone() throws Exception {
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              var cancel = client.hear();
              client.event("BLOCK_JOB_COMPLETED", "{\"device\": \"pull-3\"}");
              client.event("JOB_STATUS_CHANGE", GONE);
              client.refuse(cancel, "GenericError", "Job not found");
              client.hear();
            });
        var qmp = connect()) {
      QemuBlockJob job = start(qmp);
      job.cancel();
      assertThat(job.await()).isTrue();
      assertThat(completions).hasValue(1);
    }
  }

  @Test
  void deathOfQemuEndsTheWaiting() throws Exception {
    try (var _ = qemu(client -> client.answer(client.hear(), "{}"));
        var qmp = connect()) {
      QemuBlockJob job = start(qmp);
      assertThatThrownBy(job::await).hasMessageContaining("QEMU closed");
    }
  }

  @Test
  void progressIsAFraction() throws Exception {
    String half = "[{\"id\": \"pull-3\", \"current-progress\": 2, \"total-progress\": 4}]";
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), "{}");
              client.answer(client.hear(), half);
              client.answer(client.hear(), half.replace('4', '0'));
              client.answer(client.hear(), "[]");
              client.hear();
            });
        var qmp = connect()) {
      QemuBlockJob job = start(qmp);
      assertThat(job.progress()).isEqualTo(0.5);
      assertThat(job.progress()).isZero();
      assertThat(job.progress()).isEqualTo(1);
    }
  }

  @Test
  void jobsOfAnEarlierProcessAreEnded() throws Exception {
    String jobs =
        "[{\"id\": \"pull-3\", \"status\": \"running\"},"
            + "{\"id\": \"pull-4\", \"status\": \"concluded\"}]";
    try (var _ =
            qemu(client -> {
              client.answer(client.hear(), jobs);
              for (int i = 0; i < 2; i++) {
                var command = client.hear();
                String id = command.path("arguments").path("id").asString();
                boolean running = id.equals("pull-3");
                assertThat(command.path("execute").asString())
                    .isEqualTo(running ? "job-cancel" : "job-dismiss");
                client.event("JOB_STATUS_CHANGE", GONE.replace("pull-3", id));
                client.answer(command, "{}");
              }
              client.hear();
            });
        var qmp = connect()) {
      QemuBlockJob.endAll(qmp);
    }
  }
}
