package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.DatabaseFaultException;
import atoll.format.ImageFormat;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.Attachment;
import atoll.model.Backup;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * All verbs, each on something random, on an engine and on its {@link Model}.
 *
 * <p>Where nothing was made to fail every verb has to succeed. Where something was, a verb may fail
 * as it is documented to; then {@link Doubt} says what may be true of what it was about.
 */
final class ModelVerbs {
  private static final int VOLUMES_MAX = 5;
  private static final int SNAPSHOTS_MAX = 10;
  private static final String CHANNEL = "c";
  private static final int SECTOR = Volume.SECTOR_BYTES;

  private interface Deed {
    void run() throws Exception;
  }

  private final Path folder;
  private final MortalSite site;
  private final IdleGuests guests;
  private final Model model;
  private final Doubt doubt;
  private final List<InstanceId> instances = new ArrayList<>();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final long began = System.nanoTime();
  private Random random;
  private boolean turbulent;
  private int images;

  /** Verbs on {@code site}; images to import are made in {@code folder}. */
  ModelVerbs(Path folder, MortalSite site, IdleGuests guests, Model model, Random random) {
    this.folder = folder;
    this.site = site;
    this.guests = guests;
    this.model = model;
    this.doubt = new Doubt(model);
    this.random = random;
  }

  /** From now on the verbs choose by {@code source}. */
  void chooseBy(Random source) {
    random = source;
  }

  /** From now on verbs may fail. */
  void expectFailures() {
    turbulent = true;
  }

  /** What was done so far. */
  List<String> told() {
    return List.copyOf(told);
  }

  private EngineView look() {
    return new EngineView(engine());
  }

  private Engine engine() {
    return site.engine();
  }

  void tell(String what) {
    told.add("%6d ms  %s".formatted((System.nanoTime() - began) / 1_000_000, what));
  }

  void createInstance() {
    var spec = new InstanceSpec(OWNER, "i", 32, 1, List.of(CHANNEL));
    instances.add(engine().instances().create(spec).id());
  }

  /** Does a deed that may fail where something was made to; sees to what is true afterwards. */
  private boolean attempt(String what, Deed deed) throws Exception {
    tell(what);
    boolean done = false;
    try {
      deed.run();
      done = true;
    } catch (Exception | Error e) {
      tell("  " + e);
      boolean documented =
          e instanceof IOException
              || e instanceof RefusedException
              || e instanceof DatabaseFaultException;
      if (!site.dead() && !(turbulent && documented)) {
        throw e;
      }
    }
    if (site.dead()) {
      revive();
    } else if (!done) {
      doubt.settle(engine());
    }
    doubt.clear();
    return done;
  }

  /** What the guests write while the engine is dead counts too. */
  void revive() throws Exception {
    site.awaitDeath();
    tell("the engine is dead");
    turbulent = true;
    for (InstanceId instance : instances) {
      for (VolumeId volume : model.volumes.keySet()) {
        if (random.nextBoolean()) {
          write(instance, volume, false);
        }
      }
    }
    site.reopen();
    doubt.settle(engine());
    tell("and opened again");
  }

  void create() throws Exception {
    if (model.volumes.size() < VOLUMES_MAX) {
      int size = RandomImage.sizeBytes(random);
      doubt.creates(new byte[size]);
      attempt(
          "create a volume of %d bytes".formatted(size),
          () -> {
            Volume volume = engine().volumes().create(VolumeSpec.of(OWNER, "v", size));
            model.volumes.put(volume.id(), new byte[size]);
            tell("  volume %s".formatted(volume.id()));
          });
    }
  }

  void importImage() throws Exception {
    if (model.volumes.size() >= VOLUMES_MAX) {
      return;
    }
    byte[] image = RandomImage.of(random);
    int size = image.length;
    Path file = Files.write(folder.resolve("image-" + images++), image);
    byte[] content = Arrays.copyOf(image, size + SECTOR * random.nextInt(300));
    doubt.creates(content);
    attempt(
        "import %d bytes into a volume of %d".formatted(size, content.length),
        () -> {
          var spec = VolumeSpec.of(OWNER, "v", content.length);
          Volume volume = engine().volumes().importImage(spec, file, ImageFormat.RAW);
          model.volumes.put(volume.id(), content);
          tell("  volume %s".formatted(volume.id()));
        });
  }

  /** An available volume gets the content of one of its snapshots, or of a backup of any volume. */
  void revert() throws Exception {
    VolumeId volume = oneOf(look().volumes(VolumeStatus.AVAILABLE));
    SnapshotId id = oneOf(List.copyOf(model.snapshots.keySet()));
    if (volume == null || id == null) {
      return;
    }
    List<byte[]> contents = model.snapshots.getOrDefault(id, List.of());
    if (contents.size() != 1 || contents.getFirst().length > model.size(volume)) {
      return;
    }
    byte[] content = contents.getFirst();
    byte[] now = Arrays.copyOf(content, model.size(volume));
    doubt.reverts(volume, engine().snapshots().get(id).point(), now);
    attempt(
        "give %s the content of snapshot %s".formatted(volume, id),
        () -> {
          new Reverting(engine(), volume, id).run();
          model.volumes.put(volume, now);
        });
  }

  /** A new volume of any snapshot. */
  void volumeOfSnapshot() throws Exception {
    SnapshotId id = oneOf(List.copyOf(model.snapshots.keySet()));
    if (id == null || model.volumes.size() >= VOLUMES_MAX) {
      return;
    }
    if (random.nextBoolean()) {
      heal();
      tell("await the backup of %s".formatted(id));
      assertThat(engine().snapshots().awaitBackedUp(id, PATIENCE)).as("%s backed up", id).isTrue();
    }
    List<byte[]> contents = model.snapshots.get(id);
    if (contents == null || contents.size() != 1) {
      return;
    }
    byte[] content =
        Arrays.copyOf(
            contents.getFirst(), contents.getFirst().length + SECTOR * random.nextInt(3) * 77);
    doubt.creates(content);
    attempt(
        "make a volume of %d bytes of snapshot %s".formatted(content.length, id),
        () -> {
          var spec = VolumeSpec.of(OWNER, "r", content.length);
          Volume volume = engine().volumes().createFromSnapshot(spec, id);
          model.volumes.put(volume.id(), content);
          tell("  volume %s".formatted(volume.id()));
        });
  }

  void attach() throws Exception {
    for (VolumeId volume : model.volumes.keySet()) {
      awaitMade(volume);
    }
    VolumeId volume = oneOf(look().volumes(VolumeStatus.AVAILABLE));
    InstanceId instance = oneOf(instances);
    if (volume != null && instance != null) {
      site.now().store.resume();
      attempt(
          "attach %s to %s".formatted(volume, instance),
          () -> {
            try (var _ = new LettingGo(guests, runningInstances())) {
              engine().instances().attach(instance, volume, false);
            }
          });
    }
  }

  /** What waits for its content waits for the store, unless the engine dies meanwhile. */
  private void awaitMade(VolumeId volume) throws InterruptedException {
    if (!look().made(volume)) {
      site.healStore();
      Eventually.await(volume + " is made", () -> site.dead() || look().made(volume));
    }
  }

  void detach() throws Exception {
    VolumeId volume = oneOf(look().volumes(VolumeStatus.IN_USE));
    if (volume != null) {
      detach(volume);
    }
  }

  void detach(VolumeId volume) throws Exception {
    attempt(
        "detach " + volume,
        () -> {
          try (var _ = new LettingGo(guests, runningInstances())) {
            engine().instances().detach(volume);
          }
        });
  }

  List<InstanceId> runningInstances() {
    return look().instances(InstanceStatus.RUNNING);
  }

  void start() throws Exception {
    InstanceId instance = oneOf(look().instances(InstanceStatus.STOPPED));
    if (instance != null) {
      site.now().store.resume();
      attempt("start " + instance, () -> engine().instances().start(instance, _ -> {}));
    }
  }

  void stop() throws Exception {
    InstanceId instance = oneOf(runningInstances());
    if (instance != null) {
      attempt("stop " + instance, () -> engine().instances().stop(instance, Duration.ZERO));
    }
  }

  void kill() throws Exception {
    InstanceId instance = oneOf(runningInstances());
    if (instance == null) {
      return;
    }
    heal();
    tell("kill the machine of %s".formatted(instance));
    for (Attachment attachment : engine().instances().attachments(instance)) {
      guests.io(instance, attachment.volume(), "flush");
    }
    guests.kill(instance);
    assertThat(engine().instances().awaitStatus(instance, InstanceStatus.STOPPED, PATIENCE))
        .isTrue();
  }

  void take() throws Exception {
    VolumeId volume = oneOf(List.copyOf(model.volumes.keySet()));
    if (volume != null) {
      take(List.of(volume));
    }
  }

  private void take(List<VolumeId> volumes) throws Exception {
    if (model.snapshots.size() + volumes.size() > SNAPSHOTS_MAX) {
      return;
    }
    for (VolumeId volume : volumes) {
      awaitMade(volume);
      doubt.takes(volume, List.of(model.content(volume)));
    }
    attempt("take " + volumes, () -> taken(volumes));
  }

  private void taken(List<VolumeId> volumes) throws Exception {
    for (Snapshot snapshot : engine().snapshots().take(TakeRequest.of(OWNER, "s", volumes))) {
      doubt.taken(snapshot);
      tell("  snapshot %s of %s".formatted(snapshot.id(), snapshot.volume()));
    }
  }

  void takeAll() throws Exception {
    InstanceId instance = oneOf(instances);
    if (instance == null) {
      return;
    }
    var volumes =
        new ArrayList<>(
            engine().instances().attachments(instance).stream()
                .map(Attachment::volume)
                .filter(look()::settled)
                .toList());
    if (random.nextBoolean()) {
      volumes.addAll(look().volumes(VolumeStatus.AVAILABLE));
    }
    if (!volumes.isEmpty()) {
      take(volumes);
    }
  }

  /** A take while a guest writes, or while the volume grows: it holds the one or the other. */
  void takeMeanwhile() throws Exception {
    InstanceId instance = oneOf(runningInstances());
    VolumeId volume = instance == null ? null : oneOf(look().disksOf(instance));
    if (instance == null || volume == null || model.snapshots.size() >= SNAPSHOTS_MAX) {
      return;
    }
    byte[] before = model.content(volume);
    doubt.takes(volume, List.of(before));
    attempt(
        "take %s while it is written to".formatted(volume),
        () -> {
          var take =
              new FutureTask<>(
                  () -> engine().snapshots().take(TakeRequest.of(OWNER, "m", List.of(volume))));
          Thread.ofVirtual().start(take);
          write(instance, volume, true);
          doubt.takes(volume, List.of(before, model.content(volume)));
          Snapshot snapshot = Doubt.result(take).getFirst();
          doubt.taken(snapshot);
          tell("  snapshot %s".formatted(snapshot.id()));
        });
  }

  void deleteSnapshot() throws Exception {
    SnapshotId id = oneOf(List.copyOf(model.snapshots.keySet()));
    if (id != null) {
      deleteSnapshot(id);
    }
  }

  void deleteSnapshot(SnapshotId id) throws Exception {
    doubt.deletes(id);
    attempt(
        "delete snapshot " + id,
        () -> {
          engine().snapshots().delete(id);
          model.snapshots.remove(id);
        });
  }

  void deleteVolume() throws Exception {
    VolumeId id = oneOf(look().volumes(VolumeStatus.AVAILABLE));
    if (id != null) {
      deleteVolume(id);
    }
  }

  void deleteVolume(VolumeId id) throws Exception {
    doubt.deletes(id);
    attempt(
        "delete volume " + id,
        () -> {
          engine().volumes().delete(id);
          model.volumes.remove(id);
        });
  }

  void extend() throws Exception {
    VolumeId id = oneOf(List.copyOf(model.volumes.keySet()));
    if (id == null) {
      return;
    }
    awaitMade(id);
    long size = model.size(id) + (long) SECTOR * (1 + random.nextInt(500));
    doubt.extendsTo(id, size);
    attempt(
        "extend %s to %d bytes".formatted(id, size),
        () -> {
          engine().volumes().extend(id, size);
          model.grow(id, size);
        });
  }

  void writeSome() throws Exception {
    for (InstanceId instance : runningInstances()) {
      for (VolumeId volume : look().disksOf(instance)) {
        for (int i = random.nextInt(4); i > 0; i--) {
          write(instance, volume, !turbulent);
        }
      }
    }
  }

  /** What a guest does to its disk: writes, zeros, discards of whole clusters. */
  private void write(InstanceId instance, VolumeId volume, boolean must) throws IOException {
    new GuestWrite(model.size(volume), random)
        .run(guests, instance, volume, must, told)
        .ifPresent(run -> model.fill(volume, run.from(), run.length(), run.value()));
  }

  private <T> @Nullable T oneOf(List<T> all) {
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  /** Nothing fails any more, and whatever was left undone by a verb that failed is done again. */
  void heal() throws Exception {
    if (!turbulent) {
      return;
    }
    tell("all is well again");
    site.heal();
    if (site.dead()) {
      revive();
    }
    Eventually.await("nothing is in transition", () -> !look().inTransition());
    for (InstanceId instance : runningInstances()) {
      awaitConnected(instance);
      guests.reset(instance); // what a detach that failed has asked for it does now, not later
      Set<VolumeId> disks = site.hypervisor().find(instance).orElseThrow().nodes().disks();
      for (VolumeId volume : look().disksOf(instance)) {
        if (!disks.contains(volume)) {
          tell("its machine has let go of %s".formatted(volume));
          detach(volume);
        }
      }
    }
    turbulent = false;
  }

  /** Of a machine whose connection was lost the engine has to become aware by itself. */
  private void awaitConnected(InstanceId instance) throws Exception {
    Eventually.await(instance + " is connected again", () -> look().connected(instance, CHANNEL));
  }

  void awaitIdle() throws InterruptedException {
    assertThat(engine().awaitIdle(PATIENCE)).as("idle; left: %s", engine().tasks()).isTrue();
  }

  void removeAll() throws Exception {
    for (InstanceId instance : instances) {
      engine().instances().delete(instance);
    }
    for (Backup left : look().backups()) {
      engine().backups().delete(left.id());
    }
    var all = new ArrayList<Object>(model.volumes.keySet());
    all.addAll(model.snapshots.keySet());
    Collections.shuffle(all, random);
    for (Object each : all) {
      switch (each) {
        case VolumeId volume -> deleteVolume(volume);
        case SnapshotId snapshot -> deleteSnapshot(snapshot);
        default -> throw new IllegalStateException(each.toString());
      }
    }
  }
}
