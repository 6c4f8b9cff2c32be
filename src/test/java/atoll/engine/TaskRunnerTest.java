package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.Database;
import atoll.db.OnBothDatabases;
import atoll.db.TestDatabase;
import atoll.model.TaskKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnBothDatabases
class TaskRunnerTest {
  private static final UUID LONG = new UUID(1, 1);
  private static final UUID SHORT = new UUID(1, 2);

  @TempDir Path folder;

  /** As after the host was suspended, or its clock was set. */
  @Test
  void aTaskAtWorkIsNotBegunAgainWhenTheClockLeaps() throws Exception {
    var now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    var begun = new AtomicInteger();
    var atWork = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    var othersDone = new CountDownLatch(1);
    TaskHandler handler =
        (task, _) -> {
          if (task.subject().equals(LONG)) {
            begun.incrementAndGet();
            atWork.countDown();
            end.await();
          } else {
            othersDone.countDown();
          }
          return TaskHandler.DONE;
        };
    try (var database = TestDatabase.open(folder);
        var tasks = runner(database, now::get)) {
      tasks.start(Map.of(TaskKind.TEND, handler));
      queue(database, LONG, now.get());
      assertThat(atWork.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 20; i++) {
        Instant later = now.updateAndGet(before -> before.plus(Duration.ofHours(1)));
        queue(database, SHORT, later);
        Thread.sleep(20);
      }
      assertThat(begun.get()).isEqualTo(1);
      end.countDown();
    } finally {
      end.countDown();
    }
  }

  @Test
  void howFarATaskIsIsKnownWhileItIsAtWork() throws Exception {
    var id = new AtomicLong();
    var told = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    TaskHandler handler =
        (task, progress) -> {
          id.set(task.id());
          progress.accept(Progress.ofBytes(3, 12));
          told.countDown();
          end.await();
          return TaskHandler.DONE;
        };
    try (var database = TestDatabase.open(folder);
        var tasks = runner(database, InstantSource.system())) {
      tasks.start(Map.of(TaskKind.TEND, handler));
      queue(database, LONG, Instant.now());
      assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(tasks.progress(id.get())).isEqualTo(new Progress(0.25, new Progress.Bytes(3, 12)));
      assertThat(tasks.left(id.get())).isNotNull();
      end.countDown();
      Eventually.until(
          "nothing is at work",
          Duration.ofSeconds(10),
          () -> tasks.progress(id.get()),
          Progress.NONE::equals);
    } finally {
      end.countDown();
    }
  }

  private static TaskRunner runner(Database database, InstantSource clock) {
    return new TaskRunner(
        database, new Alerts(database, clock), EngineSettings.DEFAULT, clock, Steps.NONE);
  }

  private static void queue(Database database, UUID subject, Instant at) {
    database.change(tx -> tx.tasks().queue(TaskKind.TEND, subject, at));
  }
}
