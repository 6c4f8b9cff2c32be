package atoll.repository;

import atoll.objectstore.Interruption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chunks of one snapshot read lately, a bounded number of them; what several readers want at once
 * is fetched once, and what lies together in a pack is fetched together.
 */
final class ChunkCache implements AutoCloseable {
  /** The most fetches that run ahead of what is asked for. */
  private static final int AHEAD_MAX = 4;

  /**
   * The most fetches at once. Each takes as much memory as it fetches, up to 4 MiB; readers wait in
   * the order they come.
   */
  private static final int FETCHES_MAX = 32;

  private final RecordReader reader;
  private final int chunksMax;
  private final LinkedHashMap<Long, CompletableFuture<byte[]>> chunks =
      new LinkedHashMap<>(16, 0.75f, true);
  private final ConcurrentLinkedDeque<ReadBuffers> spareBuffers = new ConcurrentLinkedDeque<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger underWay = new AtomicInteger();
  private final Semaphore fetches = new Semaphore(FETCHES_MAX, true);

  ChunkCache(RecordReader reader, int chunksMax) {
    this.reader = reader;
    this.chunksMax = chunksMax;
  }

  /** Gives the content of chunks, in the order asked for; not to be changed. */
  List<byte[]> get(List<Wanted> wanted) throws IOException {
    var asked = new HashMap<Long, CompletableFuture<byte[]>>();
    var own = new HashMap<Long, CompletableFuture<byte[]>>();
    load(claim(wanted, asked, own), own);
    var contents = new ArrayList<byte[]>(wanted.size());
    for (Wanted one : wanted) {
      contents.add(await(one, asked, own.containsKey(one.chunk())));
    }
    return contents;
  }

  private byte[] await(Wanted wanted, Map<Long, CompletableFuture<byte[]>> asked, boolean isOwn)
      throws IOException {
    try {
      return Objects.requireNonNull(asked.get(wanted.chunk())).get();
    } catch (InterruptedException e) {
      throw Interruption.of("the reading of a snapshot", e);
    } catch (ExecutionException e) {
      if (isOwn) {
        throw Failures.asIOException(e.getCause());
      }
      // What failed another reader (its interruption, say) need not fail this one.
      return get(List.of(wanted)).getFirst();
    }
  }

  /** Begins to fetch what will be asked for soon, unless enough is under way; whether it does. */
  boolean prefetch(List<Wanted> wanted) {
    if (underWay.get() >= AHEAD_MAX) {
      return false;
    }
    var own = new HashMap<Long, CompletableFuture<byte[]>>();
    List<Wanted> missing = claim(wanted, new HashMap<>(), own);
    for (ReadRun run : reader.plan(missing)) {
      execute(
          run.wanted(),
          own,
          () -> {
            underWay.incrementAndGet();
            load(run, own);
            underWay.decrementAndGet();
          });
    }
    return true;
  }

  /**
   * Notes the futures of all chunks wanted; gives the chunks that nobody was fetching yet, whose
   * futures are {@code own} now.
   */
  private List<Wanted> claim(
      List<Wanted> wanted,
      Map<Long, CompletableFuture<byte[]>> asked,
      Map<Long, CompletableFuture<byte[]>> own) {
    var missing = new ArrayList<Wanted>();
    synchronized (chunks) {
      for (Wanted one : wanted) {
        CompletableFuture<byte[]> future = chunks.get(one.chunk());
        if (future == null) {
          future = new CompletableFuture<>();
          chunks.put(one.chunk(), future);
          own.put(one.chunk(), future);
          missing.add(one);
        }
        asked.put(one.chunk(), future);
      }
      while (chunks.size() > chunksMax) {
        chunks.pollFirstEntry();
      }
    }
    return missing;
  }

  /** Fetches chunks: the first run on this thread, others at the same time. */
  private void load(List<Wanted> missing, Map<Long, CompletableFuture<byte[]>> own) {
    List<ReadRun> runs = reader.plan(missing);
    for (int i = 1; i < runs.size(); i++) {
      ReadRun run = runs.get(i);
      execute(run.wanted(), own, () -> load(run, own));
    }
    if (!runs.isEmpty()) {
      load(runs.getFirst(), own);
    }
  }

  private void execute(
      List<Wanted> wanted, Map<Long, CompletableFuture<byte[]>> own, Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      wanted.forEach(one -> fail(one, own, new IOException("the snapshot is closed", e)));
    }
  }

  private void load(ReadRun run, Map<Long, CompletableFuture<byte[]>> own) {
    try {
      fetches.acquire();
    } catch (InterruptedException e) {
      IOException interrupted = Interruption.of("the reading of a snapshot", e);
      run.wanted().forEach(wanted -> fail(wanted, own, interrupted));
      return;
    }
    try {
      fetch(run, own);
    } finally {
      fetches.release();
    }
  }

  private void fetch(ReadRun run, Map<Long, CompletableFuture<byte[]>> own) {
    ReadBuffers pooled = spareBuffers.poll();
    ReadBuffers buffers = pooled == null ? new ReadBuffers() : pooled;
    try {
      reader.readEach(run, buffers, new Completion(own));
    } catch (Throwable e) {
      run.wanted().forEach(wanted -> fail(wanted, own, e));
    } finally {
      spareBuffers.push(buffers);
    }
  }

  private void fail(Wanted wanted, Map<Long, CompletableFuture<byte[]>> own, Throwable failure) {
    CompletableFuture<byte[]> future = own.get(wanted.chunk());
    synchronized (chunks) {
      chunks.remove(wanted.chunk(), future);
    }
    if (future != null) {
      future.completeExceptionally(failure);
    }
  }

  /** Completes futures with what was read. */
  private final class Completion implements RecordReader.ChunkHandler {
    private final Map<Long, CompletableFuture<byte[]>> own;

    private Completion(Map<Long, CompletableFuture<byte[]>> own) {
      this.own = own;
    }

    @Override
    public void fetched(Wanted wanted, RecordReader.RunDecoder decoder) throws IOException {
      var content = new byte[reader.chunkSizeBytes()];
      decoder.decode(wanted.reference(), content, 0);
      Objects.requireNonNull(own.get(wanted.chunk())).complete(content);
    }

    @Override
    public void damaged(Wanted wanted, DamagedObjectException damage) {
      fail(wanted, own, damage);
    }
  }

  /** Ends what is under way; nobody may be reading any more. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
    spareBuffers.forEach(ReadBuffers::close);
  }
}
