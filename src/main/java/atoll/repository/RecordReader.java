package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import com.github.luben.zstd.ZstdException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Fetches and opens chunks and nodes, wherever they lie by now. Used by any number of threads.
 *
 * <p>What is given out has been authenticated as the chunk or node of the digest asked for.
 */
final class RecordReader {
  /** Takes a run whose bytes are in the buffers. */
  @FunctionalInterface
  interface RunHandler {
    void fetched(ReadRun run) throws IOException;
  }

  private final ObjectStore store;
  private final KeyRing keys;
  private final Relocations relocations;
  private final int chunkSizeBytes;

  RecordReader(ObjectStore store, KeyRing keys, Relocations relocations, int chunkSizeBytes) {
    this.store = store;
    this.keys = keys;
    this.relocations = relocations;
    this.chunkSizeBytes = chunkSizeBytes;
  }

  int chunkSizeBytes() {
    return chunkSizeBytes;
  }

  /** Groups chunks by where they lie, as far as is known. */
  List<ReadRun> plan(List<Wanted> wanted) {
    var resolved = new ArrayList<Wanted>(wanted.size());
    for (Wanted one : wanted) {
      resolved.add(one.resolved(relocations));
    }
    return ReadRun.of(resolved);
  }

  /**
   * Fetches a run into the buffers and hands it over; where its pack is gone, the runs that have
   * taken its place.
   *
   * @throws DamagedObjectException if the bytes are not there
   */
  void fetch(ReadRun run, ReadBuffers buffers, RunHandler handler) throws IOException {
    String objectKey = ObjectNames.pack(run.pack());
    byte[] sealed = buffers.sealed(run.lengthBytes());
    try {
      store.get(objectKey, run.offsetBytes(), ByteBuffer.wrap(sealed, 0, run.lengthBytes()));
    } catch (EOFException e) {
      throw new DamagedObjectException(
          objectKey, run.offsetBytes(), run.lengthBytes() + " bytes", "the end of the object", e);
    } catch (NoSuchObjectException e) {
      fetchMoved(run, buffers, handler, e);
      return;
    }
    handler.fetched(run);
  }

  private void fetchMoved(
      ReadRun run, ReadBuffers buffers, RunHandler handler, NoSuchObjectException missing)
      throws IOException {
    relocations.refresh();
    for (ReadRun moved : plan(run.wanted())) {
      if (moved.pack().equals(run.pack())) {
        throw new DamagedObjectException(
            ObjectNames.pack(run.pack()),
            moved.offsetBytes(),
            moved.wanted().size() + " records",
            "no such pack, and no word of where they were moved",
            missing);
      }
      fetch(moved, buffers, handler);
    }
  }

  /** Takes chunks one by one, whole and damaged. */
  interface ChunkHandler {
    /** A chunk whose bytes are there; {@code decoder} opens it, and finds out if it is damaged. */
    void fetched(Wanted wanted, RunDecoder decoder) throws IOException;

    /** A chunk that cannot be read. */
    void damaged(Wanted wanted, DamagedObjectException damage) throws IOException;
  }

  private record Failed(Wanted wanted, DamagedObjectException problem) {}

  /** Reads a run so that damage to one of its chunks does not keep the others from being read. */
  void readEach(ReadRun run, ReadBuffers buffers, ChunkHandler handler) throws IOException {
    var failed = new ArrayList<Failed>();
    try {
      fetch(run, buffers, fetched -> failed.addAll(handleEach(fetched, buffers, handler)));
    } catch (DamagedObjectException e) {
      if (run.wanted().size() > 1) {
        for (Wanted wanted : run.wanted()) {
          readEach(plan(List.of(wanted)).getFirst(), buffers, handler);
        }
        return;
      }
      failed.add(new Failed(run.wanted().getFirst(), e));
    }
    for (Failed one : failed) {
      readHealed(one, buffers, handler);
    }
  }

  /** Gives out what is whole, and returns what is not. */
  private List<Failed> handleEach(ReadRun run, ReadBuffers buffers, ChunkHandler handler)
      throws IOException {
    RunDecoder decoder = decoder(run, buffers);
    var failed = new ArrayList<Failed>();
    for (Wanted wanted : run.wanted()) {
      try {
        handler.fetched(wanted, decoder);
      } catch (DamagedObjectException e) {
        failed.add(new Failed(wanted, e));
      }
    }
    return failed;
  }

  /** A damaged chunk may have been healed: then a map says where it is whole. */
  private void readHealed(Failed failed, ReadBuffers buffers, ChunkHandler handler)
      throws IOException {
    Wanted healed = healed(failed.wanted());
    if (healed == null) {
      handler.damaged(failed.wanted(), failed.problem());
      return;
    }
    readEach(ReadRun.of(List.of(healed)).getFirst(), buffers, handler);
  }

  /** What could not be read, at a place that only maps not read yet know; nothing if none does. */
  private @Nullable Wanted healed(Wanted damaged) throws IOException {
    relocations.refresh();
    Wanted now = damaged.resolved(relocations);
    return now.reference().place().equals(damaged.reference().place()) ? null : now;
  }

  /** Opens the chunks of one run after the other. */
  final class RunDecoder {
    private final ReadRun run;
    private final ReadBuffers buffers;
    private final SecretKey key;

    private RunDecoder(ReadRun run, ReadBuffers buffers, SecretKey key) {
      this.run = run;
      this.buffers = buffers;
      this.key = key;
    }

    /** Writes the content of a chunk of the run, a whole chunk size, to an array. */
    void decode(Reference chunk, byte[] out, int to) throws DamagedObjectException {
      byte[] data = ObjectNames.chunkData(chunk.digest());
      int from = run.positionOf(chunk.place());
      int length = open(chunk, "chunk", data, key, from, buffers, out, to, chunkSizeBytes);
      if (length != chunkSizeBytes) {
        throw damaged(chunk, chunkSizeBytes + " bytes", length + " bytes", null);
      }
    }
  }

  /** Makes ready to open the chunks of a run that lies in the buffers. */
  RunDecoder decoder(ReadRun run, ReadBuffers buffers) throws IOException {
    return new RunDecoder(run, buffers, packKey(run.key(), run.pack()));
  }

  /**
   * Reads a node.
   *
   * @throws DamagedObjectException if it is not there, or not what was written
   */
  Node readNode(Reference node, int level) throws IOException {
    Wanted wanted = new Wanted(node, 0).resolved(relocations);
    try {
      return readNode(wanted, level);
    } catch (DamagedObjectException e) {
      Wanted healed = healed(wanted);
      if (healed == null) {
        throw e;
      }
      return readNode(healed, level);
    }
  }

  private Node readNode(Wanted wanted, int level) throws IOException {
    var result = new Node[1];
    try (var buffers = new ReadBuffers()) {
      ReadRun run = ReadRun.of(List.of(wanted)).getFirst();
      fetch(run, buffers, fetched -> result[0] = decodeNode(fetched, level, buffers));
    }
    return result[0];
  }

  private Node decodeNode(ReadRun run, int level, ReadBuffers buffers) throws IOException {
    Reference node = run.wanted().getFirst().reference();
    var plain = new byte[Node.BYTES_MAX];
    byte[] data = ObjectNames.nodeData(level, node.digest());
    SecretKey key = packKey(run.key(), run.pack());
    int length = open(node, "node", data, key, 0, buffers, plain, 0, plain.length);
    try {
      return Node.parse(Arrays.copyOf(plain, length), level, chunkSizeBytes);
    } catch (IllegalArgumentException e) {
      throw damaged(node, "a node of level " + level, String.valueOf(e.getMessage()), e);
    }
  }

  private SecretKey packKey(ObjectId key, ObjectId pack) throws IOException {
    return keys.byId(key).objectKey(ObjectKind.PACK, pack);
  }

  private int open(
      Reference reference,
      String what,
      byte[] data,
      SecretKey key,
      int from,
      ReadBuffers buffers,
      byte[] out,
      int to,
      int lengthMax)
      throws DamagedObjectException {
    Place place = reference.place();
    int plainBytes = place.lengthBytes() - RecordCipher.TAG_BYTES;
    boolean compressed = place.encoding() == Encoding.ZSTD;
    if (!compressed && plainBytes > lengthMax) {
      throw damaged(reference, "at most " + lengthMax + " bytes", plainBytes + " bytes", null);
    }
    byte[] target = compressed ? buffers.frame(plainBytes) : out;
    try {
      buffers
          .cipher()
          .open(
              key,
              place.offsetBytes(),
              data,
              buffers.sealed(),
              from,
              place.lengthBytes(),
              target,
              compressed ? 0 : to);
      return compressed ? buffers.decompress(plainBytes, out, to, lengthMax) : plainBytes;
    } catch (AEADBadTagException e) {
      throw damaged(reference, "a " + what + " of digest " + reference.digest(), "other bytes", e);
    } catch (ZstdException e) {
      throw damaged(reference, "a zstd frame", String.valueOf(e.getMessage()), e);
    }
  }

  private static DamagedObjectException damaged(
      Reference reference, String expected, String found, @Nullable Exception cause) {
    Place place = reference.place();
    return new DamagedObjectException(
        ObjectNames.pack(place.pack()), place.offsetBytes(), expected, found, cause);
  }
}
