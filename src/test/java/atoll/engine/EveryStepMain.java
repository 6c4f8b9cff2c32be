package atoll.engine;

import atoll.format.ImageFormat;
import atoll.model.Attachment;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Snapshot;
import atoll.model.VolumeId;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A process that does everything the engine can, on a guest that runs already, while a {@link
 * Fault} happens at a certain {@link Step}: {@code FOLDER ROUND INSTANCE [STEP FAULT SECONDS]}. It
 * ends when all is done, or is killed.
 */
final class EveryStepMain {
  /** The step was never passed. */
  static final int NEVER_HIT = 3;

  private static final int REGION_BYTES = TrialSite.REGION_BYTES;
  private static final int IMAGE_BYTES = TrialSite.IMAGE.size() * REGION_BYTES;

  /** Where the guest writes, one round over what another wrote. */
  private static final int REGIONS = 12;

  private final Engine engine;
  private final Deeds deeds;
  private final Diary diary;
  private final InstanceId instance;
  private final Path image;
  private final int round;
  private final Duration patience;

  private EveryStepMain(
      Engine engine,
      Deeds deeds,
      Diary diary,
      InstanceId instance,
      Path image,
      int round,
      Duration patience) {
    this.engine = engine;
    this.deeds = deeds;
    this.diary = diary;
    this.instance = instance;
    this.image = image;
    this.round = round;
    this.patience = patience;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int round = Integer.parseInt(args[1]);
    var instance = InstanceId.of(args[2]);
    boolean trouble = args.length > 3;
    ((Logger) LoggerFactory.getLogger("atoll.engine")).setLevel(Level.INFO);
    @Nullable Step target = trouble ? Step.valueOf(args[3]) : null;
    Fault fault = trouble ? Fault.valueOf(args[4]) : Fault.ATOLL_KILLED;
    Duration lasts = Duration.ofSeconds(trouble ? Integer.parseInt(args[5]) : 0);
    Duration patience = Duration.ofSeconds(60).plus(lasts);
    var steps = new FaultSteps[1];
    try (var site =
            TestSite.openFaulty(
                folder,
                TrialSite.hypervisor(folder),
                TrialSite.SETTINGS,
                store -> steps[0] = new FaultSteps(target, fault, folder, store, lasts));
        var deeds =
            new Deeds(site.engine, instance, steps[0]::happened, fault.endsMachines(), patience)) {
      var diary = new Diary(folder.resolve("diary"));
      steps[0].begin();
      Path image = TrialSite.image(folder);
      new EveryStepMain(site.engine, deeds, diary, instance, image, round, patience).run();
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
    Snapshot first = take(volumes, Quiesce.NONE);
    write(1, "b");
    Snapshot second = take(volumes, Quiesce.NONE);
    awaitBackedUp(first);
    awaitBackedUp(second);
    write(0, "c");
    Snapshot third = take(volumes, Quiesce.REQUIRED);
    awaitBackedUp(third);
    awaitIdle();
    diary.deleting(second.id());
    engine.snapshots().delete(second.id());
    Snapshot imported = importImage();
    plug(imported);
    diary.deleting(imported.id());
    engine.snapshots().delete(imported.id());
    startAndStop();
    awaitIdle();
    deeds.untilDone("ping", () -> deeds.ask("ping"));
  }

  private void write(int which, String what) throws Exception {
    int region = (2 * round + which) % REGIONS;
    String seed = "round" + round + what;
    deeds.untilDone(
        "write",
        () -> {
          diary.writing(region, seed);
          deeds.ask(
              "write vdb %d %d %s".formatted((long) region * REGION_BYTES, REGION_BYTES, seed));
          diary.wrote(region, seed);
        });
  }

  private Snapshot take(List<VolumeId> volumes, Quiesce quiesce) throws Exception {
    var taken = new Snapshot[1];
    deeds.untilDone(
        "take",
        () -> {
          var request = TakeRequest.of(TestSite.OWNER, "round" + round, volumes, quiesce);
          taken[0] = engine.snapshots().take(request).getLast();
          diary.taken(taken[0].id());
        });
    return taken[0];
  }

  /** A small image is imported; a snapshot of it stays. */
  private Snapshot importImage() throws Exception {
    var volume = new VolumeId[1];
    deeds.untilDone(
        "import",
        () -> {
          var spec = VolumeSpec.of(TestSite.OWNER, "image", IMAGE_BYTES);
          volume[0] = engine.volumes().importImage(spec, image, ImageFormat.RAW).id();
          require(engine.volumes().awaitMade(volume[0], patience), "not made: " + volume[0]);
          String fault = engine.volumes().get(volume[0]).fault();
          if (fault != null) {
            engine.volumes().delete(volume[0]);
            throw new IOException(fault);
          }
        });
    var request = TakeRequest.of(TestSite.OWNER, "image", List.of(volume[0]));
    var taken = new Snapshot[1];
    deeds.untilDone(
        "take of the imported volume",
        () -> {
          taken[0] = engine.snapshots().take(request).getFirst();
          diary.takenOfImage(taken[0].id());
        });
    awaitBackedUp(taken[0]);
    deeds.untilDone("delete the imported volume", () -> engine.volumes().delete(volume[0]));
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

  /**
   * A volume is made of a snapshot, plugged in, read and written to, grown, plugged out; fetched
   * back and plugged in again.
   */
  private void plug(Snapshot origin) throws Exception {
    var spec = VolumeSpec.of(TestSite.OWNER, "plug", 2L * IMAGE_BYTES);
    VolumeId volume = engine.volumes().createFromSnapshot(spec, origin.id()).id();
    String serial = "serial=" + volume.toString().substring(0, 20);
    attach(volume);
    deeds.untilDone(
        "use of the plugged volume",
        () -> {
          deeds.ask("wait " + serial + " 10");
          requireSame(deeds.ask("verify %s 0 %d image".formatted(serial, IMAGE_BYTES)));
          deeds.ask("write %s %d %d plugged".formatted(serial, IMAGE_BYTES, REGION_BYTES));
        });
    awaitIdle();
    deeds.untilDone("extend", () -> engine.volumes().extend(volume, 3L * IMAGE_BYTES));
    awaitIdle();
    detach(volume);
    awaitIdle();
    attach(volume);
    deeds.untilDone(
        "look at what was fetched back",
        () -> {
          deeds.ask("wait " + serial + " 10");
          requireSame(
              deeds.ask("verify %s %d %d plugged".formatted(serial, IMAGE_BYTES, REGION_BYTES)));
        });
    detach(volume);
    deeds.untilDone("revert", () -> revert(volume, origin));
    require(engine.volumes().awaitMade(volume, patience), "not reverted: " + volume);
    attach(volume);
    deeds.untilDone(
        "look at what was reverted",
        () -> {
          deeds.ask("wait " + serial + " 10");
          requireSame(deeds.ask("verify %s 0 %d image".formatted(serial, IMAGE_BYTES)));
        });
    detach(volume);
    deeds.untilDone("delete", () -> engine.volumes().delete(volume));
  }

  /** To a backup of a snapshot of another volume. */
  private void revert(VolumeId volume, Snapshot to) {
    if (engine.volumes().get(volume).awaitedPoint() == null) {
      new Reverting(engine, volume, to.id()).run();
    }
  }

  private static void requireSame(String answer) {
    require(answer.equals("same"), "the guest reads something else: " + answer);
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
    deeds.untilDone(
        "delete the instance",
        () -> {
          if (engine.instances().list().stream().anyMatch(each -> each.id().equals(other))) {
            engine.instances().delete(other);
          }
        });
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalStateException(otherwise);
    }
  }
}
