package atoll.engine;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Lets callers wait until the database says something, without asking it all the time. */
final class Changes {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition happened = lock.newCondition();
  private long count;

  /** Something was written. */
  void happened() {
    lock.lock();
    try {
      count++;
      happened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something is written, at most for {@code patience}. */
  void awaitNext(Duration patience) throws InterruptedException {
    long seen = count();
    boolean _ = await(() -> count() != seen, patience);
  }

  /** Waits until {@code condition} holds; false if it does not within {@code patience}. */
  boolean await(BooleanSupplier condition, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      long seen = count();
      if (condition.getAsBoolean()) {
        return true;
      }
      lock.lockInterruptibly();
      try {
        while (count == seen) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return false;
          }
          long stillLeft = happened.awaitNanos(left);
          if (stillLeft <= 0 && count == seen) {
            return false;
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }
}
