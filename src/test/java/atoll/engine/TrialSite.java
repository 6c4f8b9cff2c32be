package atoll.engine;

import atoll.demo.Guest;
import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.qemu.SavedGuest;
import atoll.model.Instance;
import atoll.model.InstanceId;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A site for trials in rounds: in each a process of Atoll does all it can with a running guest and
 * something goes wrong; then {@link #check} sees whether anything was lost.
 *
 * <p>Its guest boots once. A machine that was killed goes on from there when it is started again,
 * see {@link SavedGuest}, and mounts its file system anew.
 */
final class TrialSite {
  /**
   * What the guest writes and reads at once: as little as tells, for an emulated one makes 5 MiB of
   * a pattern in a second, and a trial shall take seconds.
   */
  static final int REGION_BYTES = 256 << 10;

  /**
   * As ever, but small deltas are committed already, so that both kinds of merges are met, and the
   * repository is collected all the time.
   */
  static final EngineSettings SETTINGS =
      TestSite.SETTINGS
          .withMarks(TestSite.SETTINGS.freeMarkBytes(), 3L * REGION_BYTES)
          .withCollecting(
              new EngineSettings.Collecting(
                  Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(5)));

  /** What the image holds that is imported: seeds by region. */
  static final Map<Integer, String> IMAGE = Map.of(0, "image", 1, "image");

  private static final PathMatcher LAYER = FileSystems.getDefault().getPathMatcher("glob:**.qcow2");

  private static final String FORGET_DISKS =
      "sh umount /state && blockdev --flushbufs /dev/vda && blockdev --flushbufs /dev/vdb"
          + " && echo 3 > /proc/sys/vm/drop_caches";

  /** Of a guest that may go on from when it was saved. */
  private static final String KNOW_DISKS =
      "sh echo 1 > /sys/bus/pci/rescan;"
          + " grep -q /state /proc/mounts || mount -t ext4 /dev/vda2 /state";

  private final Path folder;
  private final TrialProgram program;
  private final boolean diskCanBeFull;
  private final InstanceId instance;
  private int round;

  /** The first round since the last check. */
  private int told = 1;

  private TrialSite(Path folder, TrialProgram program, boolean diskCanBeFull, InstanceId instance) {
    this.folder = folder;
    this.program = program;
    this.diskCanBeFull = diskCanBeFull;
    this.instance = instance;
  }

  /** Makes a site in {@code folder}, with a guest that has booted. */
  static TrialSite boot(Path folder, TrialProgram program) throws Exception {
    boolean diskCanBeFull = Balloon.mount(folder.resolve("volumes"), 1024);
    Files.write(image(folder), Pattern.bytes(0, IMAGE.size() * REGION_BYTES, "image"));
    InstanceId instance;
    try (var site = open(folder)) {
      GuestSite.Machine machine = GuestSite.start(site.engine);
      instance = machine.instance().id();
      try (Guest guest = GuestSite.awaitBoot(site.engine, machine)) {
        guest.call(FORGET_DISKS);
      }
    }
    SavedGuest.in(folder).save(instance);
    return new TrialSite(folder, program, diskCanBeFull, instance);
  }

  /** What starts machines in a folder. */
  static Hypervisor hypervisor(Path folder) throws IOException {
    return SavedGuest.in(folder).hypervisor();
  }

  /** The image to import in a folder. */
  static Path image(Path folder) {
    return folder.resolve("image.raw");
  }

  /** Connects to the guest, which may still be booting. */
  static Guest connect(Engine engine, InstanceId instance) throws IOException {
    Guest guest = Guest.connect(engine.instances().channel(instance, Guest.CHANNEL));
    try {
      guest.call(KNOW_DISKS, GuestSite.BOOT_PATIENCE);
      return guest;
    } catch (IOException e) {
      guest.close();
      throw e;
    }
  }

  private static TestSite open(Path folder) throws IOException {
    return TestSite.open(folder, hypervisor(folder), SETTINGS, Steps.NONE);
  }

  /** Whether this user may have a file system that can be filled. */
  boolean diskCanBeFull() {
    return diskCanBeFull;
  }

  /** Ends all machines, by Atoll. */
  void end() throws Exception {
    try (var site = open(folder)) {
      for (Instance each : site.engine.instances().list()) {
        site.engine.instances().delete(each.id());
      }
    }
    unmount();
  }

  /**
   * Ends all machines of a site that cannot be trusted, and copies what tells why: what was said
   * since the last check, the database, and the layers as they are.
   */
  void abandon(Path evidence) throws IOException, InterruptedException {
    killMachines();
    Path layers = folder.resolve("volumes");
    try (Stream<Path> top = Files.list(folder);
        Stream<Path> beneath = Files.walk(layers)) {
      Stream<Path> said =
          top.filter(
              file -> file.getFileName().toString().matches("round-.*[.]log|diary|atoll[.]db.*"));
      for (Path file : Stream.concat(said, beneath.filter(LAYER::matches)).toList()) {
        Path copy = evidence.resolve(folder.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    unmount();
  }

  private void unmount() throws IOException, InterruptedException {
    if (diskCanBeFull) {
      Balloon.unmount(folder.resolve("volumes"));
    }
  }

  /** Which round is on; from 1. */
  int round() {
    return round;
  }

  /** Where the process of this round says what it has to say. */
  Path log() {
    return log(round);
  }

  private Path log(int ofRound) {
    return folder.resolve("round-" + ofRound + ".log");
  }

  /**
   * Begins a round: starts a process that does everything.
   *
   * @param trouble what is to go wrong, as {@link EveryStepMain} wants it
   */
  Process nextRound(String... trouble) throws IOException {
    round++;
    var arguments =
        new ArrayList<>(List.of(folder.toString(), Integer.toString(round), instance.toString()));
    arguments.addAll(List.of(trouble));
    return program.start(log(), arguments);
  }

  /** Kills every machine. */
  void killMachines() throws IOException, InterruptedException {
    FaultSteps.killMachines(folder);
  }

  /**
   * Starts a service again after all that, and requires that everything that was reported taken is
   * there, byte for byte; that what the guest has flushed is on its disk; that nothing is stuck,
   * and nothing is left over.
   *
   * @param machinesMayHaveEnded whether they were killed since the last check
   */
  void check(boolean machinesMayHaveEnded) throws Exception {
    var diary = new Diary(folder.resolve("diary"));
    try (var site = open(folder)) {
      new TrialCheck(site, instance, diary.read()).run(machinesMayHaveEnded);
    }
    for (; told <= round; told++) { // what went well
      Files.deleteIfExists(log(told));
    }
  }
}
