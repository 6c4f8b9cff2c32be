package atoll.engine;

import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** As long as it is open, guests let go of disks that are being unplugged. */
final class LettingGo implements AutoCloseable {
  private static final long EVERY_MILLIS = 20;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;

  LettingGo(IdleGuests guests, List<InstanceId> machines) {
    this.thread = Thread.ofVirtual().start(() -> letGo(guests, machines));
  }

  private void letGo(IdleGuests guests, List<InstanceId> machines) {
    try {
      while (!over.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        for (InstanceId machine : machines) {
          reset(guests, machine);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows this thread", e);
    }
  }

  private static void reset(IdleGuests guests, InstanceId machine) {
    try {
      guests.reset(machine);
    } catch (IOException e) {
      // A machine that has ended lets go of nothing.
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
