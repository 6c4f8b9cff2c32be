package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done next. */
@OnBothDatabases
class TaskQueueTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Set<TaskKind> BACK_UPS = EnumSet.of(TaskKind.BACK_UP);
  private static final ProjectId BUSY = new ProjectId(new UUID(1, 1));
  private static final ProjectId OTHER = new ProjectId(new UUID(2, 2));

  @TempDir Path folder;
  private Database database;
  private final Set<Long> atWork = new HashSet<>();

  @BeforeEach
  void open() throws IOException {
    database = TestDatabase.open(folder);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private UUID volume(ProjectId project) {
    var id = new VolumeId(UUID.randomUUID());
    var owner = new Owner(project, "user");
    var traits = VolumeTraits.of(VolumeType.DEFAULT);
    database.change(tx ->
        tx.volumes()
            .insert(
                new Volume(
                    id,
                    owner,
                    "",
                    "",
                    512,
                    traits,
                    VolumeStatus.AVAILABLE,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    NOW,
                    NOW,
                    null)));
    return id.value();
  }

  private UUID queued(ProjectId project, int secondsAgo) {
    UUID volume = volume(project);
    database.change(tx -> tx.tasks().queue(TaskKind.BACK_UP, volume, NOW.minusSeconds(secondsAgo)));
    return volume;
  }

  private TaskQueue.Worker worker() {
    return new TaskQueue.Worker("owner", atWork, NOW, NOW.plusSeconds(60));
  }

  /** Claims the next, and is at work on it from then on. */
  private Optional<Task> next() {
    Optional<Task> task = database.write(tx -> tx.taskQueue().claim(BACK_UPS, worker()));
    task.ifPresent(claimed -> atWork.add(claimed.id()));
    return task;
  }

  private UUID nextSubject() {
    return next().orElseThrow().subject();
  }

  @Test
  void manyOfOneProjectDoNotKeepAnotherWaiting() {
    var busy = new ArrayList<UUID>();
    for (int i = 0; i < 5; i++) {
      busy.add(queued(BUSY, 100 - i));
    }
    UUID other = queued(OTHER, 1);
    assertThat(nextSubject()).isEqualTo(busy.get(0));
    assertThat(nextSubject()).isEqualTo(other);
    assertThat(nextSubject()).isEqualTo(busy.get(1)); // nobody idles for fairness' sake
    assertThat(nextSubject()).isEqualTo(busy.get(2));
  }

  @Test
  void oneThatEndsMakesRoomForItsProject() {
    List<UUID> busy = List.of(queued(BUSY, 9), queued(BUSY, 8), queued(BUSY, 7));
    List<UUID> other = List.of(queued(OTHER, 6), queued(OTHER, 5));
    assertThat(nextSubject()).isEqualTo(busy.get(0));
    Task second = next().orElseThrow();
    assertThat(second.subject()).isEqualTo(other.get(0));
    database.change(tx -> tx.tasks().finish(second.id()));
    atWork.remove(second.id());
    assertThat(nextSubject()).isEqualTo(other.get(1));
    assertThat(nextSubject()).isEqualTo(busy.get(1));
  }

  @Test
  void whatSomebodyWaitsForComesFirst() {
    queued(OTHER, 50);
    UUID awaited = queued(BUSY, 1);
    queued(BUSY, 60);
    assertThat(claimedUrgent()).isEmpty();
    database.change(tx -> tx.tasks().queueUrgent(TaskKind.BACK_UP, awaited, NOW));
    database.change(tx -> tx.tasks().queue(TaskKind.BACK_UP, awaited, NOW)); // urgent still
    assertThat(nextSubject()).isEqualTo(awaited);
    assertThat(claimedUrgent()).isEmpty();
  }

  private Optional<Task> claimedUrgent() {
    return database.write(tx -> tx.taskQueue().claimUrgent(BACK_UPS, worker()));
  }

  @Test
  void whoDoesOnlyWhatIsUrgentDoesNotWakeForTheRest() {
    queued(OTHER, 50);
    assertThat(nextUrgent()).isEmpty();
    UUID awaited = queued(BUSY, 1);
    database.change(tx -> tx.tasks().queueUrgent(TaskKind.BACK_UP, awaited, NOW));
    assertThat(nextUrgent()).hasValue(NOW.minusSeconds(1));
  }

  private Optional<Instant> nextUrgent() {
    return database.read(tx -> tx.taskQueue().nextDue(BACK_UPS, true));
  }

  @Test
  void whatNobodyWaitsForAnyMoreIsNotUrgent() {
    UUID volume = queued(BUSY, 1);
    database.change(tx -> tx.tasks().queueUrgent(TaskKind.BACK_UP, volume, NOW));
    database.change(tx -> tx.tasks().settleUrgency(new VolumeId(volume)));
    assertThat(claimedUrgent()).isEmpty();
    assertThat(nextSubject()).isEqualTo(volume);
  }

  @Test
  void whatIsNotDueOrBelongsToNobodyHasItsTurn() {
    database.change(
        tx -> tx.tasks().queueFor(TaskKind.BACK_UP, volume(BUSY), NOW.plusSeconds(1), NOW));
    assertThat(next()).isEmpty();
    var nobodys = new UUID(7, 7);
    database.change(tx -> tx.tasks().queue(TaskKind.BACK_UP, nobodys, NOW));
    assertThat(nextSubject()).isEqualTo(nobodys);
    assertThat(next()).isEmpty();
  }
}
