package atoll.engine;

import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** One random sequence of verbs, after which engine and {@link Model} are compared. */
final class ModelTrial implements AutoCloseable {
  private static final int VERBS = 40;

  /** A dead engine's leases are those of this process, which lives: nobody can wait for them. */
  private static final EngineSettings.Collecting SOON =
      new EngineSettings.Collecting(
          Duration.ofMillis(50), Duration.ofMillis(300), Duration.ofMillis(20));

  private final Path folder;
  private final long seed;
  private final IdleGuests guests;
  private final MortalSite site;
  private final Model model;
  private final ModelVerbs verbs;
  private Random random;

  private ModelTrial(Path folder, long seed, IdleGuests guests, MortalSite site) {
    this.folder = folder;
    this.seed = seed;
    this.guests = guests;
    this.site = site;
    this.model = new Model();
    this.random = new Random(seed);
    this.verbs = new ModelVerbs(folder, site, guests, model, random);
  }

  /** A trial in an empty folder. */
  static ModelTrial open(Path folder, long seed) throws IOException {
    var random = new Random(~seed);
    EngineSettings settings =
        TestSite.SETTINGS
            .withRetries(Duration.ofMillis(20), Duration.ofMillis(100))
            .withMarks(1 << 20, random.nextBoolean() ? 1 : 256 << 10)
            .withEvictDetached(random.nextInt(4) > 0);
    if (random.nextBoolean()) {
      settings = settings.withCollecting(SOON);
    }
    Runnable hesitation = random.nextBoolean() ? new Hesitation(new Random(seed)) : () -> {};
    IdleGuests guests = IdleGuests.in(folder);
    var site = new MortalSite(folder, settings, guests, hesitation);
    return new ModelTrial(folder, seed, guests, site);
  }

  /** Does it; what failed has the whole sequence in its message. */
  void run() {
    try {
      begin();
      int done = 0;
      for (int i = 0; done < VERBS; i++) {
        random = new Random(seed * 1_000_003 + i);
        verbs.chooseBy(random);
        int before = verbs.told().size();
        perform();
        done += verbs.told().size() > before ? 1 : 0;
      }
      finish();
    } catch (Throwable e) {
      throw new AssertionError(
          "seed %d, in %s:%n%s%n%s".formatted(seed, folder, String.join("\n", verbs.told()), e), e);
    }
  }

  /**
   * Whether it says nothing of the engine: QEMU was stuck with what the trial itself asked of it.
   */
  boolean spoilt() {
    return guests.stuck();
  }

  private void begin() throws Exception {
    for (int i = 0; i < 2; i++) {
      verbs.createInstance();
      verbs.importImage();
      verbs.attach();
    }
    verbs.start();
  }

  private void perform() throws Exception {
    try {
      perform(Verb.random(random));
    } catch (Exception | Error e) {
      if (!site.dead()) {
        throw e;
      }
      verbs.revive();
    }
  }

  private void perform(Verb verb) throws Exception {
    switch (verb) {
      case CREATE -> verbs.create();
      case IMPORT -> verbs.importImage();
      case VOLUME_OF_SNAPSHOT -> verbs.volumeOfSnapshot();
      case REVERT -> verbs.revert();
      case ATTACH -> verbs.attach();
      case DETACH -> verbs.detach();
      case START -> verbs.start();
      case STOP -> verbs.stop();
      case KILL -> verbs.kill();
      case TAKE -> verbs.take();
      case TAKE_ALL -> verbs.takeAll();
      case TAKE_MEANWHILE -> verbs.takeMeanwhile();
      case DELETE_SNAPSHOT -> verbs.deleteSnapshot();
      case DELETE_VOLUME -> verbs.deleteVolume();
      case EXTEND -> verbs.extend();
      case WRITE -> verbs.writeSome();
      case AWAIT_IDLE -> {
        verbs.heal();
        verbs.tell("await idle");
        verbs.awaitIdle();
      }
      case STORE_FAILS -> {
        verbs.tell("the store fails now and then");
        verbs.expectFailures();
        site.failStore(new Random(random.nextLong()));
      }
      case STORE_STOPS -> {
        verbs.tell("the store stops");
        verbs.expectFailures();
        site.now().store.stop();
      }
      case MACHINES_FAIL -> {
        verbs.tell("machines fail now and then");
        verbs.expectFailures();
        site.failMachines(new Random(random.nextLong()));
      }
      case DATABASE_FAILS -> {
        verbs.tell("the database fails now and then");
        verbs.expectFailures();
        site.failDatabase(new Random(random.nextLong()));
      }
      case HEAL -> verbs.heal();
      case DIE -> {
        verbs.tell("the engine dies");
        site.die();
        verbs.revive();
      }
      case DIE_SOON -> {
        int steps = 1 + random.nextInt(40);
        verbs.tell("the engine is to die after %d steps".formatted(steps));
        verbs.expectFailures();
        site.dieAfter(steps);
      }
      case REOPEN -> {
        verbs.tell("the engine is closed and opened");
        site.now().store.resume();
        site.reopen();
      }
    }
  }

  private void finish() throws Exception {
    verbs.expectFailures();
    verbs.heal();
    verbs.tell("compare");
    verbs.awaitIdle();
    var check = new ModelCheck(site.now(), model, guests);
    check.all();
    for (InstanceId instance : verbs.runningInstances()) {
      site.engine().instances().stop(instance, Duration.ZERO);
    }
    verbs.tell("compare with all machines stopped");
    verbs.awaitIdle();
    check.all();
    verbs.removeAll();
    verbs.awaitIdle();
    check.nothingLeft();
  }

  /** Ends all machines, whatever came of the trial. */
  @Override
  public void close() throws IOException {
    site.awaitDeath();
    for (InstanceId instance : guests.hypervisor().running()) { // which nothing makes fail
      guests.kill(instance);
    }
    guests.close();
    site.close();
  }
}
