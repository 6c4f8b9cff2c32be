package atoll.engine;

import atoll.db.Rehearsal;
import atoll.model.VolumeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One verb at a time on a volume: what changes a volume's chain holds its lock, for milliseconds.
 *
 * <p>Several are always taken in the order of their ids, so that nobody waits in a circle.
 */
final class VolumeLocks {
  private static final class Counted {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  private final Map<VolumeId, Counted> locks = new HashMap<>();
  private final Duration wait;

  /** Locks that are waited for at most {@code wait}. */
  VolumeLocks(Duration wait) {
    this.wait = wait;
  }

  /** What is held; closing it lets go. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** As {@link #lock(Collection)}, of one volume. */
  Held lock(VolumeId volume) {
    return lock(List.of(volume));
  }

  /**
   * Locks volumes.
   *
   * @throws RefusedException as {@link Refusal.Busy} if another verb holds one of them for too long
   */
  Held lock(Collection<VolumeId> volumes) {
    if (Rehearsal.isOn()) {
      return () -> {}; // it holds up all writers already
    }
    var ordered =
        volumes.stream().distinct().sorted(Comparator.comparing(VolumeId::value)).toList();
    var held = new ArrayList<VolumeId>();
    try {
      for (VolumeId volume : ordered) {
        acquire(volume);
        held.add(volume);
      }
    } catch (RuntimeException e) {
      release(held);
      throw e;
    }
    return () -> release(held);
  }

  /** Locks a volume for what must be done, however long that takes, and whoever is interrupted. */
  Held lockWithoutLimit(VolumeId volume) {
    counted(volume).lock.lock();
    return () -> release(List.of(volume));
  }

  private Counted counted(VolumeId volume) {
    synchronized (locks) {
      Counted counted = locks.computeIfAbsent(volume, _ -> new Counted());
      counted.users++;
      return counted;
    }
  }

  private void acquire(VolumeId volume) {
    Counted counted = counted(volume);
    boolean got = false;
    try {
      got = counted.lock.tryLock(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!got) {
      leave(volume, counted);
      throw new RefusedException(
          new Refusal.Busy("volume", volume.toString(), "another operation is at work on it"));
    }
  }

  private void release(List<VolumeId> volumes) {
    for (VolumeId volume : volumes.reversed()) {
      Counted counted;
      synchronized (locks) {
        counted = locks.get(volume);
      }
      if (counted != null) {
        counted.lock.unlock();
        leave(volume, counted);
      }
    }
  }

  private void leave(VolumeId volume, Counted counted) {
    synchronized (locks) {
      if (--counted.users == 0) {
        locks.remove(volume);
      }
    }
  }
}
