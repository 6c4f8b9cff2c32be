package atoll.repository;

import atoll.format.BlockWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole snapshot out: what lies together in packs is fetched together, many ranges at a
 * time, and each range decoded and written by the thread that fetched it.
 */
final class Restorer {
  /** How much of the volume is looked at to find what lies together. */
  private static final long WINDOW_BYTES = 64L << 20;

  /** Neighbours are written together up to this size. */
  private static final int WRITE_BYTES = 1 << 20;

  /** What one range at a time needs. */
  private static final class Slot {
    private final ReadBuffers buffers = new ReadBuffers();
    private final byte[] plain;

    private Slot(int plainBytes) {
      plain = new byte[plainBytes];
    }
  }

  private final TableShape shape;
  private final TableReader table;
  private final RecordReader reader;
  private final BlockWriter writer;
  private final ProgressListener progress;
  private final int getsMax;
  private final @Nullable DamageList damage;
  private final AtomicLong doneBytes = new AtomicLong();
  private final ConcurrentLinkedDeque<Slot> spareSlots = new ConcurrentLinkedDeque<>();
  private final List<Wanted> window = new ArrayList<>();

  /**
   * Begins with nothing written.
   *
   * @param damage takes what cannot be read, which is then passed over; if null it ends the
   *     restoring
   */
  Restorer(
      PointerTable table,
      NodeCache nodes,
      RecordReader reader,
      BlockWriter writer,
      ProgressListener progress,
      int getsMax,
      @Nullable DamageList damage) {
    this.shape = table.shape();
    this.table = new TableReader(table, nodes);
    this.reader = reader;
    this.writer = writer;
    this.progress = progress;
    this.getsMax = getsMax;
    this.damage = damage;
  }

  void run() throws IOException {
    try (var tasks = new ParallelTasks(getsMax)) {
      var next = new long[1];
      table.leaves(
          0,
          shape.chunks(),
          (first, leaf) -> {
            passHole(next[0], first);
            next[0] = Math.min(shape.chunks(), first + Node.FAN_OUT);
            addLeaf(first, next[0], leaf, tasks);
          },
          damage);
      passHole(next[0], shape.chunks());
      restoreWindow(tasks);
      tasks.finish();
    } finally {
      spareSlots.forEach(slot -> slot.buffers.close());
    }
  }

  private void passHole(long first, long end) {
    if (first < end) {
      long bytes = shape.offsetOf(end - 1) + shape.lengthOf(end - 1) - shape.offsetOf(first);
      progress.progressed(doneBytes.addAndGet(bytes), shape.sizeBytes());
    }
  }

  private void addLeaf(long first, long end, Node leaf, ParallelTasks tasks) throws IOException {
    for (long chunk = first; chunk < end; chunk++) {
      Reference reference = leaf.child((int) (chunk - first));
      if (reference == null) {
        passHole(chunk, chunk + 1);
        continue;
      }
      window.add(new Wanted(reference, chunk));
      if (window.size() * (long) shape.chunkSizeBytes() >= WINDOW_BYTES) {
        restoreWindow(tasks);
      }
    }
  }

  private void restoreWindow(ParallelTasks tasks) throws IOException {
    for (ReadRun run : reader.plan(window)) {
      tasks.submit(() -> restore(run));
    }
    window.clear();
  }

  private void restore(ReadRun run) throws IOException {
    Slot pooled = spareSlots.poll();
    int plainBytes = Math.max(WRITE_BYTES, shape.chunkSizeBytes());
    Slot slot = pooled == null ? new Slot(plainBytes) : pooled;
    try {
      reader.fetch(run, slot.buffers, fetched -> write(fetched, slot));
    } catch (DamagedObjectException e) {
      restoreEach(run, slot); // what was written of the run already is written again
    } finally {
      spareSlots.push(slot);
    }
    long bytes = run.wanted().stream().mapToLong(one -> shape.lengthOf(one.chunk())).sum();
    progress.progressed(doneBytes.addAndGet(bytes), shape.sizeBytes());
  }

  /** Writes the chunks of a run that can be read. */
  private void restoreEach(ReadRun run, Slot slot) throws IOException {
    reader.readEach(
        run,
        slot.buffers,
        new RecordReader.ChunkHandler() {
          @Override
          public void fetched(Wanted wanted, RecordReader.RunDecoder decoder) throws IOException {
            decoder.decode(wanted.reference(), slot.plain, 0);
            flush(wanted.chunk(), slot.plain, shape.chunkSizeBytes());
          }

          @Override
          public void damaged(Wanted wanted, DamagedObjectException problem)
              throws DamagedObjectException {
            if (damage == null) {
              throw problem;
            }
            damage.add(wanted.original(), PackEntry.CHUNK, problem);
          }
        });
  }

  private void write(ReadRun run, Slot slot) throws IOException {
    var wanted = new ArrayList<>(run.wanted());
    wanted.sort(Comparator.comparingLong(Wanted::chunk));
    RecordReader.RunDecoder decoder = reader.decoder(run, slot.buffers);
    int chunkSize = shape.chunkSizeBytes();
    int filled = 0;
    long first = 0;
    for (Wanted one : wanted) {
      boolean isNeighbour = one.chunk() * chunkSize == first * chunkSize + filled;
      if (filled > 0 && (!isNeighbour || filled + chunkSize > slot.plain.length)) {
        flush(first, slot.plain, filled);
        filled = 0;
      }
      if (filled == 0) {
        first = one.chunk();
      }
      decoder.decode(one.reference(), slot.plain, filled);
      filled += chunkSize;
    }
    flush(first, slot.plain, filled);
  }

  private void flush(long firstChunk, byte[] plain, int filled) throws IOException {
    long offset = shape.offsetOf(firstChunk);
    int length = (int) Math.min(filled, shape.sizeBytes() - offset);
    writer.write(offset, ByteBuffer.wrap(plain, 0, length));
  }
}
