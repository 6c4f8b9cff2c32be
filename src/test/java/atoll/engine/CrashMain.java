package atoll.engine;

import atoll.demo.Guest;
import atoll.model.InstanceId;
import atoll.model.Snapshot;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A process that does everything the engine can, on a guest that runs already, and is killed when
 * it passes a certain {@link Step}: {@code FOLDER STEP ROUND INSTANCE}.
 */
final class CrashMain {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MIB = 1 << 20;

  private final Engine engine;
  private final Guest guest;
  private final CrashDiary diary;
  private final int round;

  private CrashMain(Engine engine, Guest guest, CrashDiary diary, int round) {
    this.engine = engine;
    this.guest = guest;
    this.diary = diary;
    this.round = round;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Step target = Step.valueOf(args[1]);
    int round = Integer.parseInt(args[2]);
    var instance = InstanceId.of(args[3]);
    var diary = new CrashDiary(folder.resolve("diary"));
    try (var site =
            TestSite.open(
                folder,
                GuestSite.hypervisor(folder),
                CrashIT.SETTINGS,
                step -> {
                  if (step == target) {
                    killMyself();
                  }
                });
        var guest = Guest.connect(site.engine.instances().channel(instance, Guest.CHANNEL))) {
      new CrashMain(site.engine, guest, diary, round).run(instance);
    }
  }

  private static void killMyself() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
      new CountDownLatch(1).await();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("cannot kill myself", e);
    }
  }

  private void run(InstanceId instance) throws Exception {
    List<VolumeId> volumes =
        engine.instances().attachments(instance).stream()
            .filter(attachment -> attachment.slot() < 2)
            .map(attachment -> attachment.volume())
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
    require(engine.awaitIdle(PATIENCE), "not idle: " + engine.tasks());
    diary.deleting(second.id());
    engine.snapshots().delete(second.id());
    plug(instance);
    startAndStop();
    require(engine.awaitIdle(PATIENCE), "not idle: " + engine.tasks());
  }

  private void write(int which, String what) throws IOException {
    int region = (2 * round + which) % 200;
    String seed = "round" + round + what;
    diary.writing(region, seed);
    guest.call("write vdb %d %d %s".formatted((long) region * MIB, MIB, seed));
    diary.wrote(region, seed);
  }

  private Snapshot take(List<VolumeId> volumes) throws Exception {
    List<Snapshot> taken =
        engine.snapshots().take(TakeRequest.of(TestSite.OWNER, "round" + round, volumes));
    diary.taken(taken.get(1).id());
    return taken.get(1);
  }

  private void awaitBackedUp(Snapshot snapshot) throws InterruptedException {
    require(
        engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE),
        "not backed up: " + snapshot.id());
  }

  /** A volume is plugged in, written to, grown, plugged out; fetched back and plugged in again. */
  private void plug(InstanceId instance) throws Exception {
    VolumeId volume = engine.volumes().create(VolumeSpec.of(TestSite.OWNER, "plug", 4 * MIB)).id();
    diary.volume("plug", volume);
    engine.instances().attach(instance, volume, false);
    String serial = "serial=" + volume.toString().substring(0, 20);
    guest.call("wait " + serial + " 10");
    guest.call("write " + serial + " 0 1048576 plugged");
    engine.volumes().extend(volume, 6 * MIB);
    engine.instances().detach(volume);
    require(engine.awaitIdle(PATIENCE), "not idle: " + engine.tasks());
    engine.instances().attach(instance, volume, false);
    engine.instances().detach(volume);
    engine.volumes().delete(volume);
  }

  private void startAndStop() throws Exception {
    InstanceId other =
        engine.instances().create(new InstanceSpec(TestSite.OWNER, "empty", 32, 1, List.of())).id();
    engine.instances().start(other, _ -> {});
    engine.instances().stop(other, Duration.ZERO);
    engine.instances().delete(other);
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalStateException(otherwise);
    }
  }
}
