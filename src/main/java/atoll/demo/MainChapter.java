package atoll.demo;

import atoll.engine.Engine;
import atoll.engine.InstanceSpec;
import atoll.engine.Quiesce;
import atoll.engine.TakeRequest;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.BackupFigures;
import atoll.model.Instance;
import atoll.model.Layer;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The main job, end to end: a guest runs and writes; its disks are frozen at one instant; what
 * changed travels to the repository; the machine is destroyed and brought back from there.
 */
final class MainChapter {
  private static final long DATA_DISK_BYTES = 2L << 30;
  private static final long FILES_BYTES = 1100L << 20;
  private static final int MEMORY_MIB = 256;
  private static final int TAKES = 20;
  private static final Duration QUIET = Duration.ofSeconds(10);
  private static final Duration TAKE_EVERY = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Story story;
  private final Installation atoll;
  private final Engine engine;
  private final Path guestFolder;
  private final Path workFolder;
  private final Owner owner = new Owner(new ProjectId(UUID.randomUUID()), "demo");
  private final Measured measured = new Measured();

  MainChapter(Story story, Installation atoll, Path guestFolder, Path workFolder) {
    this.story = story;
    this.atoll = atoll;
    this.engine = atoll.engine();
    this.guestFolder = guestFolder;
    this.workFolder = workFolder;
  }

  /** A machine and its two volumes. */
  private record Machine(Instance instance, Volume boot, Volume data) {
    List<VolumeId> volumes() {
      return List.of(boot.id(), data.id());
    }
  }

  /** What must be found again after the restore. */
  private record Truth(
      List<Snapshot> snapshots, String changedSum, String oldSum, List<Path> references) {}

  /** Tells the story; returns what it cost. */
  Figures tell() throws IOException, InterruptedException {
    Machine machine = makeMachine();
    List<Snapshot> first;
    Truth truth;
    long started = System.nanoTime();
    start(machine);
    try (TestMachine guest = boot(machine)) {
      measured.bootMillis = (System.nanoTime() - started) / 1e6;
      work(guest);
      first = firstSnapshot(machine);
      measureQuiet(guest);
      truth = secondSnapshot(machine, guest);
      manyTakes(machine, guest);
      deleteFirst(first);
    }
    destroy(machine);
    Machine restored = restore(truth);
    try (TestMachine guest = boot(restored)) {
      prove(guest, restored, truth);
    }
    return measured.figures();
  }

  private Machine makeMachine() throws IOException, InterruptedException {
    story.part("A machine");
    var disks = new ArrayList<Volume>();
    story.step(
        "Gather real files for a data disk",
        () -> {
          DataDisk disk = DataDisk.make(workFolder, DATA_DISK_BYTES, FILES_BYTES);
          disks.add(importDisk("boot", guestFolder.resolve("boot.raw")));
          disks.add(importDisk("data", disk.image()));
          return "%d files, %s".formatted(disk.files(), mib(disk.fileBytes()));
        });
    story.step(
        "Import a boot volume and a data volume",
        () -> {
          for (Volume disk : disks) {
            awaitMade(disk.id());
          }
          Files.delete(workFolder.resolve("data.raw"));
          return mib(disks.get(0).sizeBytes()) + " and " + mib(disks.get(1).sizeBytes());
        });
    return machine("first", disks.get(0), disks.get(1));
  }

  private Volume importDisk(String name, Path image) throws IOException {
    return engine
        .volumes()
        .importImage(VolumeSpec.of(owner, name, Files.size(image)), image, ImageFormat.RAW);
  }

  private void awaitMade(VolumeId id) throws IOException, InterruptedException {
    boolean made = engine.volumes().awaitMade(id, PATIENCE);
    Volume volume = engine.volumes().get(id);
    if (!made || volume.status() != VolumeStatus.AVAILABLE) {
      throw new IOException("volume %s is %s: %s".formatted(id, volume.status(), volume.fault()));
    }
  }

  private Machine machine(String name, Volume boot, Volume data)
      throws IOException, InterruptedException {
    Instance instance =
        engine
            .instances()
            .create(new InstanceSpec(owner, name, MEMORY_MIB, 1, List.of(Guest.CHANNEL)));
    engine.instances().attach(instance.id(), boot.id(), true);
    engine.instances().attach(instance.id(), data.id(), false);
    return new Machine(instance, boot, data);
  }

  private void start(Machine machine) throws IOException, InterruptedException {
    story.step(
        "Start it",
        () -> {
          engine.instances().start(machine.instance().id(), _ -> {});
          return atoll.hypervisorName();
        });
  }

  private TestMachine boot(Machine machine) throws IOException, InterruptedException {
    var guest = new TestMachine[1];
    story.step(
        "Wait until it has booted from its volume",
        () -> {
          guest[0] =
              TestMachine.awaitBoot(
                  engine.instances().channel(machine.instance().id(), Guest.CHANNEL));
          return "the guest answers";
        });
    return guest[0];
  }

  private void work(TestMachine guest) throws IOException, InterruptedException {
    story.part("The guest at work");
    story.step(
        "Change, delete and discard some of its files",
        () -> {
          guest.mountData();
          guest.startHeartbeat();
          guest.copyFiles("first", 0, 9);
          guest.deleteAndDiscard("d1");
          guest.startWriting();
          return "and it keeps writing, its heart beating on both disks";
        });
  }

  private List<Snapshot> firstSnapshot(Machine machine) throws IOException, InterruptedException {
    story.part("The first snapshot");
    List<Snapshot> taken = new ArrayList<>();
    story.step(
        "Take both disks at one instant",
        () -> {
          taken.addAll(take(machine, "first", Quiesce.NONE));
          return "the guest runs on";
        });
    backUp("Back up in the background", taken);
    for (BackupFigures figures : backups(taken)) {
      measured.fullBytesRead += figures.readBytes();
      measured.fullBytesStored += figures.storedBytes();
    }
    story.say(
        "%s read, %s stored".formatted(mib(measured.fullBytesRead), mib(measured.fullBytesStored)));
    return taken;
  }

  private List<Snapshot> take(Machine machine, String name, Quiesce quiesce)
      throws IOException, InterruptedException {
    return engine.snapshots().take(TakeRequest.of(owner, name, machine.volumes(), quiesce));
  }

  private void backUp(String title, List<Snapshot> snapshots)
      throws IOException, InterruptedException {
    story.step(
        title,
        () -> snapshots.stream().mapToDouble(s -> progress(s.id())).average().orElse(1),
        () -> {
          for (Snapshot snapshot : snapshots) {
            if (!engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)) {
              throw new IOException("snapshot " + snapshot.id() + " is not backed up yet");
            }
          }
          return "in the repository";
        });
  }

  private double progress(SnapshotId id) {
    return switch (engine.snapshots().get(id).state()) {
      case SnapshotState.OnPrimary _, SnapshotState.Lost _ -> 0;
      case SnapshotState.BackingUp(_, double progress) -> progress;
      case SnapshotState.BackedUp _, SnapshotState.Deleted _ -> 1;
    };
  }

  private List<BackupFigures> backups(List<Snapshot> snapshots) {
    return snapshots.stream()
        .map(snapshot -> engine.snapshots().get(snapshot.id()).state())
        .map(state -> ((SnapshotState.BackedUp) state).figures())
        .toList();
  }

  private void measureQuiet(TestMachine guest) throws IOException, InterruptedException {
    story.step(
        "Listen to the heartbeat while nothing else happens",
        () -> {
          awaitNoTasks();
          long from = System.nanoTime();
          TimeUnit.NANOSECONDS.sleep(QUIET.toNanos());
          double[] gaps = new Gaps(guest.guest().beats()).millis(from, System.nanoTime());
          measured.baselineMillis = Gaps.percentile(gaps, 0.99);
          return "99 of 100 gaps up to %.0f ms, the longest %.0f ms"
              .formatted(measured.baselineMillis, Gaps.percentile(gaps, 1));
        });
  }

  private void awaitNoTasks() throws IOException, InterruptedException {
    if (!engine.awaitIdle(PATIENCE)) {
      throw new IOException("still at work: " + engine.tasks());
    }
  }

  private Truth secondSnapshot(Machine machine, TestMachine guest)
      throws IOException, InterruptedException {
    story.part("The second snapshot");
    story.step(
        "Change some more",
        () -> {
          guest.copyFiles("second", 10, 16);
          guest.deleteAndDiscard("d2");
          return "";
        });
    var sums = new ArrayList<String>();
    story.step(
        "Let the guest compute checksums of its files",
        () -> {
          sums.add(guest.sum("/mnt/first.* /mnt/second.*"));
          sums.add(guest.sum("/mnt/d0/f2?"));
          return sums.getFirst().substring(0, 16) + "...";
        });
    List<Snapshot> taken = new ArrayList<>();
    story.step(
        "Take both disks at one instant, the guest's files at rest",
        () -> {
          taken.addAll(take(machine, "second", Quiesce.REQUIRED));
          return "its agent froze and thawed them";
        });
    backUp("Back up in the background", taken);
    for (BackupFigures figures : backups(taken)) {
      measured.incrementBytesChanged += figures.changedBytes();
      measured.incrementBytesRead += figures.readBytes();
      measured.incrementBytesStored += figures.storedBytes();
    }
    story.say(
        "%s changed, %s read, %s stored"
            .formatted(
                mib(measured.incrementBytesChanged),
                mib(measured.incrementBytesRead),
                mib(measured.incrementBytesStored)));
    var references = new ArrayList<Path>();
    story.step(
        "Let qemu-img copy both disks of that instant, to compare",
        () -> {
          awaitNoTasks();
          for (Snapshot snapshot : taken) {
            references.add(copyWithQemuImg(snapshot));
          }
          return "kept aside";
        });
    return new Truth(taken, sums.get(0), sums.get(1), references);
  }

  private Path copyWithQemuImg(Snapshot snapshot) throws IOException, InterruptedException {
    Layer frozen =
        engine.volumes().layers(snapshot.volume()).stream()
            .filter(layer -> snapshot.point().equals(layer.point()))
            .findFirst()
            .orElseThrow(() -> new IOException("no layer ends with " + snapshot.point()));
    Path copy = workFolder.resolve("reference-" + snapshot.id() + ".raw");
    Tool.run(
        List.of(
            "qemu-img",
            "convert",
            "-U",
            "-f",
            "qcow2",
            "-O",
            "raw",
            atoll.layerFile(snapshot.volume(), frozen.id()).toString(),
            copy.toString()));
    return copy;
  }

  private void manyTakes(Machine machine, TestMachine guest)
      throws IOException, InterruptedException {
    story.part("Many snapshots");
    var takeMillis = new ArrayList<Double>();
    var spans = new ArrayList<long[]>();
    story.step(
        "Take %d in a row, while merges and backups go on".formatted(TAKES),
        () -> (double) takeMillis.size() / TAKES,
        () -> {
          for (int i = 0; i < TAKES; i++) {
            long start = System.nanoTime();
            List<Snapshot> taken = take(machine, "many-" + i, Quiesce.NONE);
            long end = System.nanoTime();
            takeMillis.add((end - start) / 1e6 + makingMillis(taken));
            spans.add(new long[] {start, end});
            TimeUnit.NANOSECONDS.sleep(TAKE_EVERY.toNanos());
          }
          guest.guest().awaitBeats(2, PATIENCE);
          return "";
        });
    double[] millis = takeMillis.stream().mapToDouble(Double::doubleValue).toArray();
    var gaps = new Gaps(guest.guest().beats());
    double[] largest =
        spans.stream().mapToDouble(span -> gaps.largestMillis(span[0], span[1])).toArray();
    measured.takeMillis = Gaps.median(millis);
    measured.takeMaxMillis = Gaps.percentile(millis, 1);
    measured.gapMillis = Gaps.median(largest);
    story.say(
        "a take: median %.1f ms, longest %.1f ms; the guest's longest gap then: median %.0f ms"
            .formatted(measured.takeMillis, measured.takeMaxMillis, measured.gapMillis));
  }

  /** How long making the layers took that the machine has been writing to since a take. */
  private double makingMillis(List<Snapshot> taken) {
    long micros = 0;
    for (Snapshot snapshot : taken) {
      micros +=
          engine.volumes().layers(snapshot.volume()).stream()
              .max(Comparator.comparingLong(layer -> layer.id().value()))
              .orElseThrow()
              .createMicros();
    }
    return micros / 1e3;
  }

  private void deleteFirst(List<Snapshot> first) throws IOException, InterruptedException {
    story.step(
        "Delete the first snapshot",
        () -> {
          first.forEach(snapshot -> engine.snapshots().delete(snapshot.id()));
          return "whatever was built on it";
        });
  }

  private void destroy(Machine machine) throws IOException, InterruptedException {
    story.part("Disaster");
    story.step(
        "Destroy the machine, its volumes and its local files",
        () -> {
          engine.instances().delete(machine.instance().id());
          machine.volumes().forEach(engine.volumes()::delete);
          awaitNoTasks();
          try (Stream<Path> left = Files.list(atoll.volumesFolder())) {
            List<Path> files = left.toList();
            if (!files.isEmpty()) {
              throw new IOException("still there: " + files);
            }
          }
          return "nothing is left but the repository";
        });
  }

  private Machine restore(Truth truth) throws IOException, InterruptedException {
    story.part("And back");
    var machines = new ArrayList<Machine>();
    var done = new double[1];
    story.step(
        "Restore the second snapshot into new volumes, and start",
        () -> done[0],
        () -> {
          Volume boot = fromSnapshot("boot again", truth.snapshots().get(0));
          Volume data = fromSnapshot("data again", truth.snapshots().get(1));
          Machine machine = machine("second", boot, data);
          engine.instances().start(machine.instance().id(), fraction -> done[0] = fraction);
          machines.add(machine);
          measured.restoreMillis = machine.volumes().stream().mapToDouble(this::fillMillis).sum();
          return "%.0f ms of it to restore".formatted(measured.restoreMillis);
        });
    return machines.getFirst();
  }

  private Volume fromSnapshot(String name, Snapshot snapshot) {
    return engine
        .volumes()
        .createFromSnapshot(VolumeSpec.of(owner, name, snapshot.volumeSizeBytes()), snapshot.id());
  }

  private double fillMillis(VolumeId volume) {
    return engine.volumes().layers(volume).getFirst().createMicros() / 1e3;
  }

  private void prove(TestMachine guest, Machine restored, Truth truth)
      throws IOException, InterruptedException {
    story.part("Proof");
    story.step(
        "Compare every byte of both disks with qemu-img",
        () -> {
          for (int i = 0; i < truth.references().size(); i++) {
            VolumeId volume = restored.volumes().get(i);
            Layer base = engine.volumes().layers(volume).getFirst();
            Tool.run(
                List.of(
                    "qemu-img",
                    "compare",
                    "-U",
                    "-f",
                    "raw",
                    "-F",
                    "qcow2",
                    truth.references().get(i).toString(),
                    atoll.layerFile(volume, base.id()).toString()));
          }
          return "identical";
        });
    story.step(
        "Read the heartbeat of both disks",
        () -> {
          long boot = guest.lastBeat("vda");
          long data = guest.lastBeat("vdb");
          require(boot - data == 0 || boot - data == 1, "beats %d and %d".formatted(boot, data));
          return "beats %d and %d: one instant".formatted(boot, data);
        });
    story.step(
        "Check the file systems of both disks, from inside the guest",
        () -> {
          int data = guest.checkFileSystem("vdb1");
          guest.shell("umount /state");
          int state = guest.checkFileSystem("vda2");
          require(data == 0 && state == 0, "e2fsck ended with %d and %d".formatted(data, state));
          return "clean";
        });
    story.step(
        "Compute the checksums again, from inside the guest",
        () -> {
          guest.mountData();
          String changed = guest.sum("/mnt/first.* /mnt/second.*");
          String old = guest.sum("/mnt/d0/f2?");
          require(
              changed.equals(truth.changedSum()) && old.equals(truth.oldSum()), "checksums differ");
          return "the same";
        });
    measured.verified = true;
  }

  private static void require(boolean held, String otherwise) throws IOException {
    if (!held) {
      throw new IOException(otherwise);
    }
  }

  private static String mib(long bytes) {
    return "%,.1f MiB".formatted(bytes / 1048576.0);
  }
}
