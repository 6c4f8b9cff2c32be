package atoll.engine;

import atoll.db.Database;
import atoll.db.FaultyConnections;
import atoll.db.TestDatabase;
import atoll.hypervisor.FaultyHypervisor;
import atoll.hypervisor.FaultyHypervisor.Fate;
import atoll.hypervisor.FaultyHypervisor.Operation;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.objectstore.FaultyObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A site whose engine can die, while its machines run on.
 *
 * <p>Dying is to lose everything outside at one instant: database, store, connections to machines.
 * What the dead engine still tries in memory nobody sees.
 */
final class MortalSite implements AutoCloseable {
  private static final int NEVER = Integer.MAX_VALUE;
  private static final List<Fate> FATES = List.of(Fate.values());

  private final Path folder;
  private final EngineSettings settings;
  private final IdleGuests guests;
  private final Runnable hesitation;
  private final Thread driver = Thread.currentThread();
  private final AtomicInteger stepsLeft = new AtomicInteger(NEVER);
  private final Object life = new Object();
  private volatile Supplier<FaultyConnections.Fate> fateOfWrite = () -> FaultyConnections.Fate.PASS;
  private volatile boolean dead;
  private boolean driverToWake;
  private FaultyHypervisor hypervisor;
  private TestSite site;

  /** The engine is dead. */
  private static final class DeadError extends Error {
    private static final long serialVersionUID = 1;

    DeadError(Step step) {
      super("the engine died at " + step, null, false, false);
    }
  }

  /**
   * Opens a site in {@code folder}, which this thread drives.
   *
   * @param hesitation comes before all that is asked of database, store and machines
   */
  MortalSite(Path folder, EngineSettings settings, IdleGuests guests, Runnable hesitation)
      throws IOException {
    this.folder = folder;
    this.settings = settings;
    this.guests = guests;
    this.hesitation = hesitation;
    this.hypervisor = new FaultyHypervisor(guests.hypervisor());
    this.site = open();
  }

  private TestSite open() throws IOException {
    Database database = TestDatabase.openFaulty(folder, this::fateOfTransaction);
    askMachines(_ -> Fate.PASS);
    TestSite opened = TestSite.openOn(database, folder, hypervisor, settings, this::passed);
    askStore(opened, _ -> FaultyObjectStore.Fate.PASS);
    return opened;
  }

  private FaultyConnections.Fate fateOfTransaction(boolean writes) {
    hesitation.run();
    return writes ? fateOfWrite.get() : FaultyConnections.Fate.PASS;
  }

  private void askMachines(FaultyHypervisor.Plan plan) {
    hypervisor.follow(operation -> {
      hesitation.run();
      return plan.fateOf(operation);
    });
  }

  private void askStore(TestSite of, FaultyObjectStore.Plan plan) {
    of.store.follow(call -> {
      hesitation.run();
      return plan.fateOf(call);
    });
  }

  TestSite now() {
    return site;
  }

  Engine engine() {
    return site.engine;
  }

  FaultyHypervisor hypervisor() {
    return hypervisor;
  }

  boolean dead() {
    return dead;
  }

  /** Has the engine die when it has passed so many steps from now. */
  void dieAfter(int steps) {
    stepsLeft.set(steps);
  }

  /** From now on a third of what the store is asked fails, or is done without an answer. */
  void failStore(Random fates) {
    askStore(
        site,
        _ -> {
          synchronized (fates) {
            return switch (fates.nextInt(6)) {
              case 0 -> FaultyObjectStore.Fate.FAIL;
              case 1 -> FaultyObjectStore.Fate.LOSE_ANSWER;
              default -> FaultyObjectStore.Fate.PASS;
            };
          }
        });
  }

  /**
   * From now on some of what is to be written to the database is not, as if its disk was full, or
   * it is not known whether it was, as if a server was gone.
   */
  void failDatabase(Random fates) {
    int rate = 6 + fates.nextInt(40);
    fateOfWrite =
        () -> {
          synchronized (fates) {
            return switch (fates.nextInt(rate)) {
              case 0 -> FaultyConnections.Fate.FAIL;
              case 1 -> FaultyConnections.Fate.LOSE_ANSWER;
              default -> FaultyConnections.Fate.PASS;
            };
          }
        };
  }

  /** From now on some of what machines are asked fails, in every way there is. */
  void failMachines(Random fates) {
    int rate = 5 + fates.nextInt(20);
    askMachines(operation -> {
      synchronized (fates) {
        return fates.nextInt(rate) > 0 ? Fate.PASS : fate(operation, fates);
      }
    });
  }

  private static Fate fate(Operation operation, Random fates) {
    return switch (operation) {
      case CLOSE_OFFLINE, KILL -> Fate.PASS;
      case START, OPEN_OFFLINE -> Fate.FAIL; // which leaves nothing running
      default -> FATES.get(fates.nextInt(FATES.size()));
    };
  }

  /** The store neither stands still nor fails any more. */
  void healStore() {
    askStore(site, _ -> FaultyObjectStore.Fate.PASS);
    site.store.resume();
  }

  /** Nothing fails any more, and nobody is to die. */
  void heal() {
    stepsLeft.set(NEVER);
    fateOfWrite = () -> FaultyConnections.Fate.PASS;
    healStore();
    if (!dead) {
      askMachines(_ -> Fate.PASS);
    }
  }

  private void passed(Step step) {
    if (dead || (stepsLeft.get() != NEVER && stepsLeft.decrementAndGet() == 0)) {
      die();
      throw new DeadError(step);
    }
  }

  /** The engine dies now. */
  void die() {
    synchronized (life) {
      if (dead) {
        return;
      }
      dead = true;
      site.store.kill();
      site.store.resume();
      // A storage daemon ends with its process.
      hypervisor.follow(operation -> operation == Operation.CLOSE_OFFLINE ? Fate.PASS : Fate.FAIL);
      hypervisor.close();
      site.database.close();
      driverToWake = true;
      Thread _ = Thread.ofVirtual().start(this::wakeDriver);
    }
  }

  /**
   * Who waits for a connection to a database would wait for half a minute, though it is closed; who
   * waits for a change, or the end of a machine that was not asked, for a minute.
   */
  private void wakeDriver() {
    try {
      while (hasDriverToWake()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows this thread", e);
    }
  }

  /** Interrupts it if it waits; false if it knows of the death, or of the end of it all. */
  private boolean hasDriverToWake() {
    synchronized (life) {
      if (driverToWake && Stream.of(driver.getStackTrace()).anyMatch(MortalSite::waits)) {
        driver.interrupt();
      }
      return driverToWake;
    }
  }

  private static boolean waits(StackTraceElement frame) {
    return frame.getMethodName().equals("getConnection")
        || frame.getMethodName().equals("awaitEnd")
        || frame.getClassName().equals(Changes.class.getName());
  }

  /** For the thread that opened the site: it is not interrupted any more by what dies. */
  void awaitDeath() {
    synchronized (life) {
      driverToWake = false;
      boolean _ = Thread.interrupted();
    }
  }

  /** Opens the site again, after it died or as it is. */
  void reopen() throws IOException {
    heal();
    close();
    dead = false;
    hypervisor = new FaultyHypervisor(guests.hypervisor());
    site = open();
  }

  @Override
  public void close() throws IOException {
    awaitDeath();
    try {
      site.close();
    } finally {
      awaitDeath(); // it may have died until now
    }
  }
}
