package atoll.repository;

import atoll.objectstore.Interruption;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Nodes read lately, a bounded number of them; what several threads want at once is read once.
 *
 * <p>Kept by place, not by digest: nodes of one digest may name different places of the same
 * chunks, and only the one asked for is known to be whole.
 */
final class NodeCache implements TableWriter.NodeSource, AutoCloseable {
  /** The most nodes kept, about 10 MB. */
  private static final int NODES_MAX = 512;

  /** The most nodes that are read ahead at once. */
  static final int PREFETCHES_MAX = 16;

  private final RecordReader reader;
  private final LinkedHashMap<Place, FutureTask<Node>> nodes = new LinkedHashMap<>(16, 0.75f, true);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore prefetches = new Semaphore(PREFETCHES_MAX);

  NodeCache(RecordReader reader) {
    this.reader = reader;
  }

  /** Gives a node, from memory or from the store. */
  @Override
  public Node read(Reference node, int level) throws IOException {
    while (true) {
      FutureTask<Node> own = null;
      FutureTask<Node> task = cached(node.place());
      if (task == null) {
        own = new FutureTask<>(() -> reader.readNode(node, level));
        task = cachedOr(node.place(), own);
        if (task.equals(own)) {
          own.run();
        }
      }
      try {
        return task.get();
      } catch (InterruptedException e) {
        throw Interruption.of("the reading of a node", e);
      } catch (ExecutionException e) {
        forget(node.place(), task);
        if (task.equals(own)) {
          throw Failures.asIOException(e.getCause());
        }
        // What failed another thread (its interruption, say) need not fail this one: try once more.
      }
    }
  }

  /** Begins to read a node that will be wanted soon, if there is capacity for it. */
  void prefetch(Reference node, int level) {
    if (cached(node.place()) != null || !prefetches.tryAcquire()) {
      return;
    }
    threads.execute(() -> {
      try {
        read(node, level);
      } catch (IOException e) {
        // Whoever really wants the node meets the error itself.
      } finally {
        prefetches.release();
      }
    });
  }

  /** Ends all reading ahead. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }

  private @Nullable FutureTask<Node> cached(Place place) {
    synchronized (nodes) {
      return nodes.get(place);
    }
  }

  private FutureTask<Node> cachedOr(Place place, FutureTask<Node> own) {
    synchronized (nodes) {
      FutureTask<Node> there = nodes.putIfAbsent(place, own);
      if (nodes.size() > NODES_MAX) {
        nodes.pollFirstEntry();
      }
      return there == null ? own : there;
    }
  }

  private void forget(Place place, FutureTask<Node> task) {
    synchronized (nodes) {
      nodes.remove(place, task);
    }
  }
}
