package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.hypervisor.FaultyHypervisor;
import atoll.hypervisor.FaultyHypervisor.Fate;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.Instance;
import atoll.model.Volume;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that do not answer a take, while nothing else is done to them. */
class LostAnswersIT {
  private static final String CHANNEL = "c";

  @TempDir Path folder;
  private IdleGuests guests;
  private FaultyHypervisor hypervisor;
  private TestSite site;
  private Engine engine;
  private volatile Steps steps = Steps.NONE;
  private Instance instance;
  private TakeRequest take;

  @BeforeEach
  void start() throws Exception {
    guests = IdleGuests.in(folder);
    hypervisor = new FaultyHypervisor(guests.hypervisor());
    site = TestSite.open(folder, hypervisor, TestSite.SETTINGS, step -> steps.passed(step));
    engine = site.engine;
    Volume volume = engine.volumes().create(VolumeSpec.of(OWNER, "v", 1 << 20));
    instance = engine.instances().create(new InstanceSpec(OWNER, "i", 32, 1, List.of(CHANNEL)));
    engine.instances().attach(instance.id(), volume.id(), false);
    engine.instances().start(instance.id(), _ -> {});
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    take = TakeRequest.of(OWNER, "s", List.of(volume.id()));
  }

  @AfterEach
  void end() throws Exception {
    hypervisor.follow(_ -> Fate.PASS);
    engine.instances().delete(instance.id());
    site.close();
    guests.close();
  }

  @Test
  void theNextTakeSucceedsThoughNobodyCouldTellWhatBecameOfTheLast() throws Exception {
    hypervisor.follow(operation ->
        switch (operation) {
          case SWITCH_TO -> Fate.LOSE_ANSWER;
          case TOP -> Fate.FAIL;
          default -> Fate.PASS;
        });
    assertThatThrownBy(() -> engine.snapshots().take(take)).isInstanceOf(IOException.class);
    hypervisor.follow(_ -> Fate.PASS);
    assertThat(engine.snapshots().take(take)).hasSize(1);
  }

  @Test
  void aMachineThatIsNotFoundAtOnceIsLookedForAgain() throws Exception {
    var looks = new AtomicInteger();
    hypervisor.follow(operation ->
        switch (operation) {
          case SWITCH_TO -> Fate.DISCONNECT;
          case FIND -> looks.incrementAndGet() <= 2 ? Fate.FAIL : Fate.PASS;
          default -> Fate.PASS;
        });
    assertThatThrownBy(() -> engine.snapshots().take(take)).isInstanceOf(IOException.class);
    Eventually.await(
        () -> looks.get() >= 3 && new EngineView(engine).connected(instance.id(), CHANNEL));
    hypervisor.follow(_ -> Fate.PASS);
    assertThat(engine.snapshots().take(take)).hasSize(1);
  }

  /** What a merge opened while it began would keep the layers from every other. */
  @Test
  void aMergeThatCouldNotBeginLeavesItsLayersToTheNext() throws Exception {
    site.store.stop();
    for (int i = 0; i < 4; i++) {
      assertThat(engine.snapshots().take(take)).hasSize(1);
    }
    engine.instances().stop(instance.id(), Duration.ZERO);
    var failures = new AtomicInteger();
    steps =
        step -> {
          if (step == Step.MERGE_STARTED && failures.getAndIncrement() == 0) {
            throw new OutOfMemoryError("fault");
          }
        };
    site.store.resume();
    assertThat(engine.awaitIdle(PATIENCE)).as("%s", engine.tasks()).isTrue();
    assertThat(failures.get()).isGreaterThan(1);
    assertThat(engine.alerts().list()).isEmpty();
  }
}
