package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.hypervisor.FaultyHypervisor;
import atoll.hypervisor.FaultyHypervisor.Fate;
import atoll.hypervisor.FaultyHypervisor.Operation;
import atoll.hypervisor.FrozenGuest;
import atoll.hypervisor.GuestNotThawedException;
import atoll.hypervisor.MemoryHypervisor;
import atoll.model.Alert;
import atoll.model.AlertKind;
import atoll.model.Consistency;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.Point;
import atoll.model.Snapshot;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Takes of guests whose agents answer well, badly, or not at all. */
class QuiesceTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private final MemoryHypervisor memory = new MemoryHypervisor();
  private final FaultyHypervisor hypervisor = new FaultyHypervisor(memory);
  private final AtomicInteger freezes = new AtomicInteger();
  private final AtomicInteger thaws = new AtomicInteger();
  private TestSite site;
  private Engine engine;
  private VolumeId volume;

  @BeforeEach
  void start() throws Exception {
    site = TestSite.open(folder, hypervisor);
    engine = site.engine;
    InstanceId instance =
        engine.instances().create(new InstanceSpec(OWNER, "i", 64, 1, List.of())).id();
    Instance _ = engine.instances().start(instance, _ -> {});
    volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", MIB)).id();
    engine.instances().attach(instance, volume, false);
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    assertThat(thaws).hasValue(freezes.get());
    site.close();
  }

  /** A guest that is frozen, and says what it says when it is to thaw. */
  private FrozenGuest frozen(FaultyThaw thaw) {
    freezes.incrementAndGet();
    return new FrozenGuest() {
      @Override
      public int fileSystems() {
        return 1;
      }

      @Override
      public void close() throws IOException {
        thaws.incrementAndGet();
        thaw.answer();
      }
    };
  }

  /** What a guest says when it is to thaw. */
  private interface FaultyThaw {
    void answer() throws IOException;
  }

  private Point take(Quiesce quiesce) throws Exception {
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume), quiesce)).getFirst();
    return site.database.read(tx -> tx.points().find(snapshot.point())).orElseThrow();
  }

  private void requireRefusal(String why) {
    assertThatThrownBy(() -> take(Quiesce.REQUIRED))
        .isInstanceOf(IOException.class)
        .hasStackTraceContaining(why);
    assertThat(engine.snapshots().list()).isEmpty();
  }

  private void requireCrashConsistent(Quiesce quiesce) throws Exception {
    Point point = take(quiesce);
    assertThat(point.consistency()).isEqualTo(Consistency.CRASH);
    assertThat(point.frozen()).isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource(names = {"PREFERRED", "REQUIRED"})
  void aFrozenGuestsSnapshotSaysSoAndForHowLong(Quiesce quiesce) throws Exception {
    memory.agent(() -> frozen(() -> {}));
    Point point = take(quiesce);
    assertThat(point.consistency()).isEqualTo(Consistency.FILE_SYSTEM);
    assertThat(point.frozen()).isPositive();
    assertThat(thaws).hasValue(1);
  }

  @Test
  void aGuestIsNotFrozenUnasked() throws Exception {
    memory.agent(() -> frozen(() -> {}));
    requireCrashConsistent(Quiesce.NONE);
    assertThat(thaws).hasValue(0);
  }

  @Test
  void whereNoAgentAnswersOnlyWhatRequiresOneFails() throws Exception {
    requireRefusal("there is no agent");
    requireCrashConsistent(Quiesce.PREFERRED);
    assertThat(engine.alerts().list()).isEmpty();
  }

  @Test
  void whatThawedBeforeTheTakeIsNotConsistent() throws Exception {
    memory.agent(() ->
        frozen(() -> {
          throw new IOException("had thawed");
        }));
    requireRefusal("had thawed");
    requireCrashConsistent(Quiesce.PREFERRED);
    assertThat(engine.alerts().list()).isEmpty();
  }

  @Test
  void aGuestThatDoesNotThawIsToldOfUntilItDoes() throws Exception {
    memory.agent(() ->
        frozen(() -> {
          throw new GuestNotThawedException("silence", new IOException("silence"));
        }));
    requireRefusal("silence");
    requireCrashConsistent(Quiesce.PREFERRED);
    assertThat(engine.alerts().list())
        .extracting(Alert::kind)
        .containsExactly(AlertKind.GUEST_NOT_THAWED);
    memory.agent(() -> frozen(() -> {}));
    assertThat(take(Quiesce.REQUIRED).consistency()).isEqualTo(Consistency.FILE_SYSTEM);
    assertThat(engine.alerts().list()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAIL", "LOSE_ANSWER", "DISCONNECT"})
  void aTakeThatFailsThawsItsGuest(Fate fate) throws Exception {
    memory.agent(() -> frozen(() -> {}));
    hypervisor.next(Operation.SWITCH_TO, fate);
    assertThatThrownBy(() -> take(Quiesce.PREFERRED)).isInstanceOf(IOException.class);
    assertThat(thaws).hasValue(1);
    Eventually.await(this::isTaken);
  }

  /** A machine whose connection was lost is found again by itself. */
  private boolean isTaken() {
    try {
      return take(Quiesce.REQUIRED).consistency() == Consistency.FILE_SYSTEM;
    } catch (Exception e) {
      return false;
    }
  }
}
