package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.Task;
import atoll.model.TaskKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnBothDatabases
class TaskTableTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Set<TaskKind> ALL = EnumSet.allOf(TaskKind.class);
  private static final UUID SUBJECT = new UUID(7, 7);

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabase.open(folder);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void queue(UUID subject, Instant at) {
    database.change(tx -> tx.tasks().queue(TaskKind.TEND, subject, at));
  }

  private Optional<Task> claim(String owner, Instant at) {
    var worker = new TaskQueue.Worker(owner, Set.of(), at, at.plusSeconds(60));
    return database.write(tx -> tx.taskQueue().claim(ALL, worker));
  }

  private Task claimed(String owner, Instant at) {
    return claim(owner, at).orElseThrow();
  }

  private void queueFor(Instant due) {
    database.change(tx -> tx.tasks().queueFor(TaskKind.TEND, SUBJECT, due, NOW));
  }

  private List<Task> tasks() {
    return database.read(tx -> tx.tasks().list());
  }

  private Optional<Instant> nextDue() {
    return database.read(tx -> tx.taskQueue().nextDue(ALL, false));
  }

  private boolean renewed(Task task, String owner) {
    return database.write(tx -> tx.tasks().renew(task.id(), owner, 0.5, NOW.plusSeconds(120)));
  }

  @Test
  void aTaskIsTakenByOneOwnerOnly() {
    queue(SUBJECT, NOW);
    assertThat(claimed("a", NOW).subject()).isEqualTo(SUBJECT);
    assertThat(claim("b", NOW)).isEmpty();
  }

  @Test
  void thereIsOneTaskOfAKindForASubject() {
    queue(SUBJECT, NOW);
    queue(SUBJECT, NOW.plusSeconds(5));
    assertThat(tasks()).hasSize(1);
  }

  @Test
  void theTaskThatIsDueLongestComesFirst() {
    queue(new UUID(1, 2), NOW.plusSeconds(1));
    queue(new UUID(1, 1), NOW);
    assertThat(claimed("a", NOW.plusSeconds(2)).subject()).isEqualTo(new UUID(1, 1));
  }

  @Test
  void aTaskIsNotTakenBeforeItIsDue() {
    queue(SUBJECT, NOW.plusSeconds(1));
    assertThat(claim("a", NOW)).isEmpty();
    assertThat(nextDue()).contains(NOW.plusSeconds(1));
  }

  @Test
  void theSoonerOfTwoTimesCounts() {
    queueFor(NOW.plusSeconds(60));
    queueFor(NOW.plusSeconds(90));
    assertThat(nextDue()).contains(NOW.plusSeconds(60));
    queueFor(NOW.plusSeconds(30));
    assertThat(nextDue()).contains(NOW.plusSeconds(30));
  }

  @Test
  void whatIsQueuedForLaterWhileItRunsRunsAgainThen() {
    queueFor(NOW);
    Task task = claimed("a", NOW);
    queueFor(NOW.plusSeconds(60));
    queueFor(NOW.plusSeconds(90));
    database.change(tx -> tx.tasks().finish(task.id()));
    assertThat(claim("a", NOW.plusSeconds(59))).isEmpty();
    assertThat(claim("a", NOW.plusSeconds(60))).isPresent();
  }

  @Test
  void aLeaseThatRanOutMakesATaskFree() {
    queue(SUBJECT, NOW);
    claimed("a", NOW);
    assertThat(claim("b", NOW.plusSeconds(59))).isEmpty();
    assertThat(claim("b", NOW.plusSeconds(61))).isPresent();
  }

  @Test
  void aRenewedLeaseHolds() {
    queue(SUBJECT, NOW);
    Task task = claimed("a", NOW);
    assertThat(renewed(task, "a")).isTrue();
    assertThat(renewed(task, "b")).isFalse();
    assertThat(claim("b", NOW.plusSeconds(61))).isEmpty();
    assertThat(tasks().getFirst().progress()).isEqualTo(0.5);
  }

  @Test
  void whatIsQueuedWhileItRunsRunsAgain() {
    queue(SUBJECT, NOW);
    Task task = claimed("a", NOW);
    queue(SUBJECT, NOW.plusSeconds(1));
    database.change(tx -> tx.tasks().finish(task.id()));
    assertThat(claim("a", NOW.plusSeconds(1))).isPresent();
    database.change(tx -> tx.tasks().finish(task.id()));
    assertThat(tasks()).isEmpty();
  }

  @Test
  void aFailedTaskWaitsAndQueueingItAgainDoesNotHurryIt() {
    queue(SUBJECT, NOW);
    Task task = claimed("a", NOW);
    database.change(tx -> tx.tasks().fail(task.id(), "no answer", NOW.plusSeconds(30)));
    queue(SUBJECT, NOW.plusSeconds(1));
    assertThat(claim("a", NOW.plusSeconds(29))).isEmpty();
    Task again = claimed("a", NOW.plusSeconds(30));
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(again.fault()).isEqualTo("no answer");
  }

  @Test
  void aTaskThatWasPutBackHasNotFailed() {
    queue(SUBJECT, NOW);
    Task task = claimed("a", NOW);
    database.change(tx -> tx.tasks().putBack(task.id(), NOW.plusSeconds(2)));
    assertThat(claimed("a", NOW.plusSeconds(2)).attempts()).isZero();
  }

  @Test
  void tasksOfDeadOwnersAreFreeAtOnce() {
    queue(SUBJECT, NOW);
    claimed("dead", NOW);
    database.change(tx -> tx.tasks().freeAllBut("alive"));
    assertThat(claim("alive", NOW)).isPresent();
  }

  @Test
  void aTransactionThatFailsQueuesNothing() {
    var heard = new AtomicInteger();
    database.whenTasksQueued(heard::incrementAndGet);
    try {
      database.change(tx -> {
        tx.tasks().queue(TaskKind.TEND, SUBJECT, NOW);
        throw new IllegalStateException("on purpose");
      });
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("on purpose");
    }
    assertThat(tasks()).isEmpty();
    assertThat(heard).hasValue(0);
    queue(SUBJECT, NOW);
    assertThat(heard).hasValue(1);
  }

  @Test
  void whatWasWrittenIsThereAfterOpeningAgain() throws IOException {
    queue(SUBJECT, NOW);
    database.close();
    database = TestDatabase.open(folder);
    assertThat(claim("a", NOW)).isPresent();
  }
}
