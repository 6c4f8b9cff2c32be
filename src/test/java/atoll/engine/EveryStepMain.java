package atoll.engine;

import atoll.model.Attachment;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Snapshot;
import atoll.model.VolumeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process that does everything the engine can, on a guest that runs already, while a {@link
 * Fault} happens at a certain {@link Step}: {@code FOLDER ROUND INSTANCE [STEP FAULT SECONDS]}. It
 * ends when all is done, or is killed.
 */
final class EveryStepMain {
  /** The step was never passed. */
  static final int NEVER_HIT = 3;

  private static final int MIB = 1 << 20;

  private final Engine engine;
  private final Deeds deeds;
  private final Diary diary;
  private final InstanceId instance;
  private final int round;
  private final Duration patience;

  private EveryStepMain(
      Engine engine, Deeds deeds, Diary diary, InstanceId instance, int round, Duration patience) {
    this.engine = engine;
    this.deeds = deeds;
    this.diary = diary;
    this.instance = instance;
    this.round = round;
    this.patience = patience;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int round = Integer.parseInt(args[1]);
    var instance = InstanceId.of(args[2]);
    boolean trouble = args.length > 3;
    @Nullable Step target = trouble ? Step.valueOf(args[3]) : null;
    Fault fault = trouble ? Fault.valueOf(args[4]) : Fault.ATOLL_KILLED;
    Duration lasts = Duration.ofSeconds(trouble ? Integer.parseInt(args[5]) : 0);
    Duration patience = Duration.ofSeconds(60).plus(lasts);
    var steps = new FaultSteps[1];
    try (var site =
            TestSite.openFaulty(
                folder,
                GuestSite.hypervisor(folder),
                TrialSite.SETTINGS,
                store -> steps[0] = new FaultSteps(target, fault, folder, store, lasts));
        var deeds = new Deeds(site.engine, instance, steps[0]::happened, patience)) {
      var diary = new Diary(folder.resolve("diary"));
      new EveryStepMain(site.engine, deeds, diary, instance, round, patience).run();
      steps[0].awaitHealed();
    }
    System.exit(target == null || steps[0].happened() ? 0 : NEVER_HIT);
  }

  private void run() throws Exception {
    List<VolumeId> volumes =
        engine.instances().attachments(instance).stream()
            .filter(attachment -> attachment.slot() < 2)
            .map(Attachment::volume)
            .toList();
    write(0, "a");
    Snapshot first = take(volumes);
    write(1, "b");
    Snapshot second = take(volumes);
    awaitBackedUp(first);
    awaitBackedUp(second);
    write(0, "c");
    Snapshot third = take(volumes);
    awaitBackedUp(third);
    awaitIdle();
    diary.deleting(second.id());
    engine.snapshots().delete(second.id());
    plug();
    startAndStop();
    awaitIdle();
    deeds.untilDone("ping", () -> deeds.ask("ping"));
  }

  private void write(int which, String what) throws Exception {
    int region = (2 * round + which) % 200;
    String seed = "round" + round + what;
    deeds.untilDone(
        "write",
        () -> {
          diary.writing(region, seed);
          deeds.ask("write vdb %d %d %s".formatted((long) region * MIB, MIB, seed));
          diary.wrote(region, seed);
        });
  }

  private Snapshot take(List<VolumeId> volumes) throws Exception {
    var taken = new Snapshot[1];
    deeds.untilDone(
        "take",
        () -> {
          taken[0] =
              engine
                  .snapshots()
                  .take(TakeRequest.of(TestSite.OWNER, "round" + round, volumes))
                  .get(1);
          diary.taken(taken[0].id());
        });
    return taken[0];
  }

  private void awaitBackedUp(Snapshot snapshot) throws InterruptedException {
    require(
        engine.snapshots().awaitBackedUp(snapshot.id(), patience),
        "not backed up: " + snapshot.id());
  }

  private void awaitIdle() throws InterruptedException {
    require(engine.awaitIdle(patience), "not idle: " + engine.tasks());
  }

  /** A volume is plugged in, written to, grown, plugged out; fetched back and plugged in again. */
  private void plug() throws Exception {
    VolumeId volume = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "plug", 4 * MIB)).id();
    attach(volume);
    String serial = "serial=" + volume.toString().substring(0, 20);
    deeds.untilDone(
        "write to the plugged volume",
        () -> {
          deeds.ask("wait " + serial + " 10");
          deeds.ask("write " + serial + " 0 1048576 plugged");
        });
    deeds.untilDone("extend", () -> engine.volumes().extend(volume, 6 * MIB));
    detach(volume);
    awaitIdle();
    attach(volume);
    detach(volume);
    deeds.untilDone("delete", () -> engine.volumes().delete(volume));
  }

  private void attach(VolumeId volume) throws Exception {
    deeds.untilDone(
        "attach",
        () -> {
          if (!isAttached(volume)) {
            engine.instances().attach(instance, volume, false);
          }
        });
  }

  private void detach(VolumeId volume) throws Exception {
    deeds.untilDone(
        "detach",
        () -> {
          if (isAttached(volume)) {
            engine.instances().detach(volume);
          }
        });
  }

  private boolean isAttached(VolumeId volume) {
    return engine.instances().attachments(instance).stream()
        .anyMatch(attachment -> attachment.volume().equals(volume));
  }

  private void startAndStop() throws Exception {
    InstanceId other =
        engine.instances().create(new InstanceSpec(TestSite.OWNER, "empty", 32, 1, List.of())).id();
    deeds.untilDone(
        "start",
        () -> {
          if (engine.instances().get(other).status() != InstanceStatus.RUNNING) {
            engine.instances().start(other, _ -> {});
          }
        });
    deeds.untilDone("stop", () -> engine.instances().stop(other, Duration.ZERO));
    deeds.untilDone("delete the instance", () -> engine.instances().delete(other));
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalStateException(otherwise);
    }
  }
}
