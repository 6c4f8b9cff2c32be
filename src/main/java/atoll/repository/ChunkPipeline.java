package atoll.repository;

import atoll.format.BlockImage;
import atoll.objectstore.Interruption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Moves the chunks of an image past its workers and on, in the order of the volume.
 *
 * <p>One thread walks through the image's extents and fills batches with chunk numbers; workers
 * read, hash and compress them; the calling thread takes the batches in order. There are only so
 * many batches: while the caller falls behind, none is free, and nothing more is read.
 *
 * <p>An interrupt of the calling thread, or any failure, stops it. The other threads are never
 * interrupted, which would close the image's files under other readers: they end with the batch
 * they are at.
 */
final class ChunkPipeline {
  /** What comes out, in order. */
  interface Consumer {
    void batch(ChunkBatch batch) throws IOException;

    /** The chunks from {@code first} up to {@code end} are zeros. */
    void zeros(long first, long end) throws IOException;
  }

  private sealed interface Step {
    record Batch(ChunkBatch batch) implements Step {}

    record Zeros(long first, long end) implements Step {}

    record End(@Nullable Throwable failure) implements Step {}
  }

  /** Ends the walk through the extents when nobody wants the rest. */
  private static final class StoppedException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final int STEPS_MAX = 256;

  private final BlockImage image;
  private final TableShape shape;
  private final @Nullable TableReader parent;
  private final List<ChunkWorker> workers;
  private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(STEPS_MAX);
  private final BlockingQueue<ChunkBatch> free = new LinkedBlockingQueue<>();
  private final BlockingQueue<ChunkBatch> work = new LinkedBlockingQueue<>();
  private final ChunkBatch wakeUp;
  private @Nullable ChunkBatch filling;
  private long leafSeen = -1;
  private volatile boolean isStopped;

  /** Each worker gets a thread of its own. */
  ChunkPipeline(
      BlockImage image,
      TableShape shape,
      @Nullable TableReader parent,
      int batchBytes,
      List<ChunkWorker> workers) {
    this.image = image;
    this.shape = shape;
    this.parent = parent;
    this.workers = List.copyOf(workers);
    int chunksPerBatch = Math.max(1, batchBytes / shape.chunkSizeBytes());
    for (int i = 0; i < 2 * workers.size() + 2; i++) {
      free.add(new ChunkBatch(chunksPerBatch, shape.chunkSizeBytes()));
    }
    this.wakeUp = new ChunkBatch(1, shape.chunkSizeBytes());
  }

  /** Moves everything; returns when the consumer has had it all. */
  void run(Consumer consumer) throws IOException {
    var threads = new ArrayList<Thread>();
    threads.add(Thread.ofPlatform().name("atoll-extents").daemon().start(this::walk));
    for (ChunkWorker worker : workers) {
      threads.add(Thread.ofPlatform().name("atoll-chunks").daemon().start(() -> work(worker)));
    }
    try {
      while (consumeNext(consumer)) {
        // until the end
      }
    } catch (InterruptedException e) {
      throw Interruption.of("the writing of a snapshot", e);
    } finally {
      stop(threads);
    }
  }

  private boolean consumeNext(Consumer consumer) throws IOException, InterruptedException {
    switch (steps.take()) {
      case Step.Zeros(long first, long end) -> consumer.zeros(first, end);
      case Step.Batch(ChunkBatch batch) -> {
        Throwable failure = batch.await();
        if (failure != null) {
          throw Failures.asIOException(failure);
        }
        consumer.batch(batch);
        free.add(batch);
      }
      case Step.End(Throwable failure) -> {
        if (failure != null) {
          throw Failures.asIOException(failure);
        }
        return false;
      }
    }
    return true;
  }

  private void stop(List<Thread> threads) {
    isStopped = true;
    steps.clear();
    free.add(wakeUp);
    workers.forEach(_ -> work.add(wakeUp));
    boolean interrupted = Thread.interrupted();
    for (Thread thread : threads) {
      interrupted |= joinUninterruptibly(thread);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true; // restored once all threads have ended
      }
    }
  }

  /** The thread that walks through the extents. */
  private void walk() {
    Throwable failure = null;
    try {
      ChunkPlan.visit(
          image,
          shape,
          parent != null,
          new ChunkPlan.Visitor() {
            @Override
            public void read(long first, long end) throws IOException {
              for (long chunk = first; chunk < end; chunk++) {
                add(chunk);
              }
            }

            @Override
            public void zero(long first, long end) throws IOException {
              send();
              put(new Step.Zeros(first, end));
            }
          });
      send();
    } catch (StoppedException e) {
      return;
    } catch (Throwable e) {
      failure = e;
    }
    try {
      put(new Step.End(failure));
    } catch (StoppedException e) {
      // nobody waits for the end
    }
  }

  private void add(long chunk) throws IOException {
    if (parent != null && chunk / Node.FAN_OUT != leafSeen) {
      leafSeen = chunk / Node.FAN_OUT;
      parent.prefetch(chunk);
    }
    if (filling == null) {
      filling = takeFree();
    }
    filling.add(chunk);
    if (filling.isFull()) {
      send();
    }
  }

  private ChunkBatch takeFree() throws StoppedException {
    ChunkBatch batch = takeUninterrupted(free);
    if (isStopped) {
      throw new StoppedException();
    }
    batch.reset();
    return batch;
  }

  private void send() throws StoppedException {
    if (filling != null) {
      ChunkBatch batch = filling;
      filling = null;
      work.add(batch);
      put(new Step.Batch(batch));
    }
  }

  private void put(Step step) throws StoppedException {
    if (isStopped) {
      throw new StoppedException();
    }
    try {
      steps.put(step);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  /** A worker's thread. */
  private void work(ChunkWorker worker) {
    while (true) {
      ChunkBatch batch = takeUninterrupted(work);
      if (isStopped) {
        return;
      }
      Throwable failure = null;
      try {
        worker.work(batch);
      } catch (Throwable e) {
        failure = e;
      }
      batch.finished(failure);
    }
  }

  private static ChunkBatch takeUninterrupted(BlockingQueue<ChunkBatch> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }
}
