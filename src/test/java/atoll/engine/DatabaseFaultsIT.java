package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.DatabaseFaultException;
import atoll.db.FaultyConnections.Fate;
import atoll.db.TestDatabase;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The database cannot be used from some write of a verb on, or does not say whether it wrote: when
 * it can be used again, instances are what their machines are.
 */
class DatabaseFaultsIT {
  private static final String CHANNEL = "c";
  private static final int NEVER = Integer.MAX_VALUE;

  @TempDir Path temporary;
  private final AtomicInteger writesLeft = new AtomicInteger(NEVER);
  private Fate fate = Fate.PASS;
  private IdleGuests guests;
  private TestSite site;
  private Engine engine;
  private InstanceId instance;

  private interface Verb {
    void run() throws Exception;
  }

  @BeforeEach
  void open() throws Exception {
    Path folder = temporary.resolve("site");
    guests = IdleGuests.in(temporary);
    site =
        TestSite.openOn(
            TestDatabase.openFaulty(folder, this::fateOf),
            folder,
            guests.hypervisor(),
            TestSite.SETTINGS,
            Steps.NONE);
    engine = site.engine;
    var spec = new InstanceSpec(OWNER, "i", 32, 1, List.of(CHANNEL));
    instance = engine.instances().create(spec).id();
  }

  @AfterEach
  void close() throws Exception {
    writesLeft.set(NEVER);
    engine.instances().delete(instance);
    site.close();
    guests.close();
  }

  private Fate fateOf(boolean writes) {
    boolean fails = writes && writesLeft.get() != NEVER && writesLeft.decrementAndGet() < 0;
    return fails ? fate : Fate.PASS;
  }

  /** Whether the verb was done; what it left is settled. */
  private boolean done(int writes, Verb verb) throws Exception {
    writesLeft.set(writes);
    boolean done = true;
    try {
      verb.run();
    } catch (DatabaseFaultException e) {
      done = false;
    }
    writesLeft.set(NEVER);
    var look = new EngineView(engine);
    Eventually.await("nothing is in transition", () -> !look.inTransition());
    Eventually.await("its machine is as recorded", () -> isAsRecorded(look));
    return done;
  }

  private boolean isAsRecorded(EngineView look) {
    return (status() == InstanceStatus.RUNNING) == runs() && look.connected(instance, CHANNEL);
  }

  private boolean runs() {
    try {
      return guests.hypervisor().running().contains(instance);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InstanceStatus status() {
    return engine.instances().get(instance).status();
  }

  private void stop() throws Exception {
    engine.instances().stop(instance, Duration.ZERO);
  }

  private void start() throws Exception {
    engine.instances().start(instance, _ -> {});
  }

  @ParameterizedTest
  @EnumSource(names = {"FAIL", "LOSE_ANSWER"})
  void startsAreSettled(Fate kind) throws Exception {
    fate = kind;
    int writes = 0;
    while (!done(writes, this::start)) {
      writes++;
      stop();
    }
    assertThat(status()).isEqualTo(InstanceStatus.RUNNING);
    assertThat(writes).isPositive();
  }

  @ParameterizedTest
  @EnumSource(names = {"FAIL", "LOSE_ANSWER"})
  void stopsAreSettled(Fate kind) throws Exception {
    fate = kind;
    start();
    int writes = 0;
    while (!done(writes, this::stop)) {
      writes++;
      if (status() == InstanceStatus.STOPPED) {
        start();
      }
    }
    assertThat(status()).isEqualTo(InstanceStatus.STOPPED);
    assertThat(writes).isPositive();
  }
}
