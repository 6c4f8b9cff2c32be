package atoll.repository;

import atoll.objectstore.Interruption;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on virtual threads, a bounded number at once; the first failure keeps further ones
 * from beginning. Tasks under way are never interrupted, since an interrupt would close files that
 * others read; whoever waits for them may be.
 */
final class ParallelTasks implements AutoCloseable {
  /** A task that may fail. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  private final int tasksMax;
  private final Semaphore permits;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ParallelTasks(int tasksMax) {
    this.tasksMax = tasksMax;
    this.permits = new Semaphore(tasksMax);
  }

  /**
   * Begins a task, after waiting until there is room for it.
   *
   * @throws IOException what an earlier task failed with
   */
  void submit(Task task) throws IOException {
    acquire(1);
    threads.execute(() -> {
      try {
        if (failure.get() == null) {
          task.run();
        }
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      } finally {
        permits.release();
      }
    });
  }

  /**
   * Waits for all tasks.
   *
   * @throws IOException what the first failed with
   */
  void finish() throws IOException {
    acquire(tasksMax);
    permits.release(tasksMax);
  }

  private void acquire(int count) throws IOException {
    try {
      permits.acquire(count);
    } catch (InterruptedException e) {
      failure.compareAndSet(null, e);
      throw Interruption.of("the work of several threads", e);
    }
    Throwable failed = failure.get();
    if (failed != null) {
      permits.release(count);
      throw Failures.asIOException(failed);
    }
  }

  /** Begins no more tasks and waits for those under way. */
  @Override
  public void close() {
    failure.compareAndSet(null, new IOException("closed"));
    permits.acquireUninterruptibly(tasksMax);
    threads.shutdown();
  }
}
