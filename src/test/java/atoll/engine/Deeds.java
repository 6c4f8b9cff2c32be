package atoll.engine;

import atoll.demo.Guest;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a user does to an engine and a guest: each deed again until it is done, whatever has gone
 * wrong; but a failure before anything went wrong is one.
 */
final class Deeds implements AutoCloseable {
  private static final long PAUSE_MILLIS = 200;

  private final Engine engine;
  private final InstanceId instance;
  private final BooleanSupplier wentWrong;
  private final boolean machinesMayEnd;
  private final Duration patience;
  private @Nullable Guest guest;

  /**
   * Begins; a guest that does not run is started with the first deed.
   *
   * @param wentWrong whether anything has gone wrong yet
   * @param machinesMayEnd whether what goes wrong may end machines
   * @param patience how long a deed may take in all
   */
  Deeds(
      Engine engine,
      InstanceId instance,
      BooleanSupplier wentWrong,
      boolean machinesMayEnd,
      Duration patience) {
    this.engine = engine;
    this.instance = instance;
    this.wentWrong = wentWrong;
    this.machinesMayEnd = machinesMayEnd;
    this.patience = patience;
  }

  /** What is done; anew after a failure, so that half of it may have been done before. */
  interface Deed {
    void run() throws IOException, InterruptedException;
  }

  /** Does it until it is done. */
  void untilDone(String what, Deed deed) throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(patience);
    while (true) {
      try {
        reviveGuest();
        deed.run();
        return;
      } catch (IOException | RefusedException e) {
        if (!mayBeTriedAgain(e) || Instant.now().isAfter(deadline)) {
          throw new IllegalStateException(what + " is not possible", e);
        }
        System.err.println(what + ": " + e);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }
  }

  /**
   * On a machine that has much else to do, too, a volume may be busy for longer than a call waits.
   */
  private boolean mayBeTriedAgain(Exception failure) {
    return wentWrong.getAsBoolean()
        || (failure instanceof RefusedException refused
            && refused.refusal() instanceof Refusal.Busy);
  }

  /** Asks the guest to execute a command. */
  String ask(String command) throws IOException {
    if (guest == null) {
      throw new IOException("the guest does not run");
    }
    return guest.call(command);
  }

  private void reviveGuest() throws IOException, InterruptedException {
    if (engine.instances().get(instance).status() == InstanceStatus.STOPPED) {
      if (guest != null && !machinesMayEnd) {
        throw new IllegalStateException("the guest's machine has ended");
      }
      close();
      engine.instances().start(instance, _ -> {});
    }
    if (guest == null) {
      guest = TrialSite.connect(engine, instance);
    }
  }

  @Override
  public void close() throws IOException {
    Guest before = guest;
    guest = null;
    if (before != null) {
      before.close();
    }
  }
}
