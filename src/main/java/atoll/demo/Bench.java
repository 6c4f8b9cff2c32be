package atoll.demo;

import atoll.engine.Engine;
import atoll.engine.InstanceSpec;
import atoll.engine.TakeRequest;
import atoll.engine.VolumeSpec;
import atoll.format.ImageFormat;
import atoll.model.BackupFigures;
import atoll.model.Instance;
import atoll.model.Layer;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What {@link BenchCommand} measures. */
final class Bench {
  private static final long DISK_BYTES = 4L << 30;
  private static final long FILES_BYTES = 2200L << 20;
  private static final int TAKES = 40;
  private static final long TAKE_EVERY_MILLIS = 250;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Engine engine;
  private final Path folder;
  private final PrintWriter out;
  private final Owner owner = new Owner(new ProjectId(UUID.randomUUID()), "bench");
  private final Installation atoll;

  Bench(Installation atoll, Path folder, PrintWriter out) {
    this.atoll = atoll;
    this.engine = atoll.engine();
    this.folder = folder;
    this.out = out;
  }

  /** Takes of a running machine, one after the other, each backed up meanwhile. */
  void takes(long sizeBytes) throws IOException, InterruptedException {
    Volume volume = engine.volumes().create(VolumeSpec.of(owner, "takes", sizeBytes));
    Instance instance = machineOf(volume);
    var millis = new ArrayList<Double>();
    for (int i = 0; i < TAKES; i++) {
      long start = System.nanoTime();
      engine.snapshots().take(TakeRequest.of(owner, "take " + i, List.of(volume.id())));
      double took = (System.nanoTime() - start) / 1e6;
      millis.add(took + engine.volumes().layers(volume.id()).getLast().createMicros() / 1e3);
      TimeUnit.MILLISECONDS.sleep(TAKE_EVERY_MILLIS);
    }
    double[] values = millis.stream().mapToDouble(Double::doubleValue).toArray();
    out.printf(
        Locale.ROOT,
        "%d takes of %,d GiB: median %.1f ms, 90th percentile %.1f ms, longest %.1f ms%n",
        TAKES,
        sizeBytes >> 30,
        Gaps.median(values),
        Gaps.percentile(values, 0.9),
        Gaps.percentile(values, 1));
    out.flush();
    engine.instances().delete(instance.id());
    engine.volumes().delete(volume.id());
    awaitIdle();
  }

  private Instance machineOf(Volume volume) throws IOException, InterruptedException {
    Instance instance =
        engine.instances().create(new InstanceSpec(owner, "bench", 64, 1, List.of()));
    engine.instances().attach(instance.id(), volume.id(), false);
    return engine.instances().start(instance.id(), _ -> {});
  }

  private void awaitIdle() throws IOException, InterruptedException {
    if (!engine.awaitIdle(PATIENCE)) {
      throw new IOException("still at work: " + engine.tasks());
    }
  }

  /**
   * A full backup of a volume with files of this host, and its restore into a new one; then
   * qemu-img's.
   */
  void backupAndRestore() throws IOException, InterruptedException {
    DataDisk disk = DataDisk.make(folder, DISK_BYTES, FILES_BYTES);
    Volume volume =
        engine
            .volumes()
            .importImage(VolumeSpec.of(owner, "files", DISK_BYTES), disk.image(), ImageFormat.RAW);
    if (!engine.volumes().awaitMade(volume.id(), PATIENCE)) {
      throw new IOException("the import does not end");
    }
    awaitIdle();
    Layer base = engine.volumes().layers(volume.id()).getFirst();
    Path qcow2 = atoll.layerFile(volume.id(), base.id());
    convert("qemu-img convert -c (zstd) of the same", qcow2, folder.resolve("q.qcow2"), true);
    Snapshot snapshot =
        engine.snapshots().take(TakeRequest.of(owner, "full", List.of(volume.id()))).getFirst();
    if (!engine.snapshots().awaitBackedUp(snapshot.id(), PATIENCE)) {
      throw new IOException("the backup does not end");
    }
    BackupFigures full =
        ((SnapshotState.BackedUp) engine.snapshots().get(snapshot.id()).state()).figures();
    rate("full backup, durable", full.readBytes(), full.millis(), full.storedBytes());
    awaitIdle();
    Volume restored =
        engine
            .volumes()
            .createFromSnapshot(VolumeSpec.of(owner, "restored", DISK_BYTES), snapshot.id());
    Instance instance = machineOf(restored);
    long micros = engine.volumes().layers(restored.id()).getFirst().createMicros();
    rate("restore, durable", full.readBytes(), micros / 1000, -1);
    engine.instances().delete(instance.id());
    convert("qemu-img convert back", folder.resolve("q.qcow2"), folder.resolve("r.qcow2"), false);
  }

  private void convert(String name, Path from, Path to, boolean compress)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("qemu-img", "convert", "-f", "qcow2", "-O", "qcow2"));
    if (compress) {
      command.addAll(List.of("-c", "-o", "compression_type=zstd"));
    }
    command.addAll(List.of(from.toString(), to.toString()));
    long start = System.nanoTime();
    Tool.run(command);
    Tool.run(List.of("sync", to.toString()));
    long millis = (System.nanoTime() - start) / 1_000_000;
    long bytes = compress ? Files.size(from) : Files.size(to);
    rate(name, bytes, millis, compress ? Files.size(to) : -1);
  }

  private void rate(String name, long bytes, long millis, long storedBytes) {
    out.printf(
        Locale.ROOT,
        "%s: %,d MiB in %.2f s, %.0f MB/s%s%n",
        name,
        bytes >> 20,
        millis / 1e3,
        bytes / 1e3 / Math.max(1, millis),
        storedBytes < 0 ? "" : ", %,d MiB stored".formatted(storedBytes >> 20));
    out.flush();
  }
}
