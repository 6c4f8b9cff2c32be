package atoll.repository;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes live records of packs into new packs of the same key. One thread. */
final class PackMover {
  private static final Logger LOG = LoggerFactory.getLogger(PackMover.class);
  private static final int RUN_MAX_BYTES = 4 << 20;
  private static final int GAP_MAX_BYTES = 128 << 10;

  private final RepositoryParts parts;
  private final KnownChunks known;
  private final CollectorClaim claim;
  private final LiveRecords live;
  private final RecordCipher cipher = new RecordCipher();
  private final List<Relocations.Move> moves = new ArrayList<>();
  private final Set<ObjectId> kept = new HashSet<>();
  private final Set<ObjectId> written = new HashSet<>();
  private long bytesWritten;
  private int packsDone;

  PackMover(RepositoryParts parts, KnownChunks known, CollectorClaim claim, LiveRecords live) {
    this.parts = parts;
    this.known = known;
    this.claim = claim;
    this.live = live;
  }

  /** Moves what is live in packs, given with their sizes; returns once it is stored. */
  void move(Map<ObjectId, Long> packs, CollectionListener listener) throws IOException {
    Map<ObjectId, LiveRecords.Use> uses = live.uses();
    var byKey = new HashMap<ObjectId, List<ObjectId>>();
    for (ObjectId pack : packs.keySet()) {
      LiveRecords.Use use = uses.get(pack);
      if (use != null) {
        byKey.computeIfAbsent(use.key(), _ -> new ArrayList<>()).add(pack);
      }
    }
    int total = byKey.values().stream().mapToInt(List::size).sum();
    for (Map.Entry<ObjectId, List<ObjectId>> one : byKey.entrySet()) {
      DataKey key = parts.keys().byId(one.getKey());
      var inFlight = new Semaphore(parts.tuning().packsInFlight());
      try (var uploader = new PackUploader(parts, claim.id(), key, known, inFlight)) {
        for (ObjectId pack : one.getValue()) {
          claim.renewIfDue();
          move(pack, packs.getOrDefault(pack, 0L), uploader);
          packsDone++;
          listener.progressed(CollectionListener.Phase.MOVE, packsDone, total);
        }
        uploader.finish();
        bytesWritten += uploader.bytesStored();
      }
    }
  }

  private void move(ObjectId pack, long sizeBytes, PackUploader uploader) throws IOException {
    try {
      PackDirectory directory = PackDirectory.read(parts.store(), parts.keys(), pack, sizeBytes);
      List<PackEntry> entries =
          directory.entries().stream().filter(entry -> live.contains(pack, entry)).toList();
      int first = 0;
      for (int i = 1; i <= entries.size(); i++) {
        if (i == entries.size() || !joins(entries, first, i)) {
          move(directory, entries.subList(first, i), uploader);
          first = i;
        }
      }
      requireAll(pack, entries.size());
    } catch (DamagedObjectException e) {
      LOG.warn("pack {} stays: what is in use in it cannot be moved", pack, e);
      kept.add(pack);
    }
  }

  /** What a table names and the directory does not know would be lost. */
  private void requireAll(ObjectId pack, int moved) throws DamagedObjectException {
    LiveRecords.Use use = live.use(pack);
    if (use.records() != moved) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack), 0, use.records() + " records in use", moved + " of them");
    }
  }

  private static boolean joins(List<PackEntry> entries, int first, int next) {
    PackEntry before = entries.get(next - 1);
    PackEntry entry = entries.get(next);
    long start = entries.get(first).offsetBytes();
    return entry.offsetBytes() - before.endBytes() <= GAP_MAX_BYTES
        && entry.endBytes() - start <= RUN_MAX_BYTES;
  }

  private void move(PackDirectory directory, List<PackEntry> run, PackUploader uploader)
      throws IOException {
    ObjectId pack = directory.pack();
    long start = run.getFirst().offsetBytes();
    var sealed = new byte[Math.toIntExact(run.getLast().endBytes() - start)];
    try {
      parts.store().get(ObjectNames.pack(pack), start, ByteBuffer.wrap(sealed));
    } catch (EOFException e) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack), start, sealed.length + " bytes", "the end of the object", e);
    }
    SecretKey objectKey = directory.key().objectKey(ObjectKind.PACK, pack);
    DataKey.Namer namer = directory.key().namer();
    for (PackEntry entry : run) {
      byte[] content = open(objectKey, pack, entry, sealed, (int) (entry.offsetBytes() - start));
      Place place =
          entry.kind() == PackEntry.CHUNK
              ? uploader.addChunk(
                  entry.digest(),
                  namer.chunkName(entry.digest()),
                  entry.encoding(),
                  content,
                  0,
                  content.length)
              : uploader.addNode(entry.level(), entry.digest(), entry.encoding(), content);
      written.add(place.pack());
      moves.add(
          new Relocations.Move(
              new Relocations.OldPlace(pack, entry.offsetBytes()),
              entry.lengthBytes(),
              Relocations.NewPlace.of(place)));
    }
  }

  private byte[] open(SecretKey key, ObjectId pack, PackEntry entry, byte[] sealed, int from)
      throws DamagedObjectException {
    byte[] data =
        entry.kind() == PackEntry.CHUNK
            ? ObjectNames.chunkData(entry.digest())
            : ObjectNames.nodeData(entry.level(), entry.digest());
    var plain = new byte[entry.lengthBytes() - RecordCipher.TAG_BYTES];
    try {
      int length =
          cipher.open(key, entry.offsetBytes(), data, sealed, from, entry.lengthBytes(), plain, 0);
      return Arrays.copyOf(plain, length);
    } catch (AEADBadTagException e) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack), entry.offsetBytes(), "a record of " + entry, "other bytes", e);
    }
  }

  /** What was moved. */
  List<Relocations.Move> moves() {
    return moves;
  }

  /** Packs that must stay, because something in use in them cannot be read. */
  Set<ObjectId> kept() {
    return kept;
  }

  int packsWritten() {
    return written.size();
  }

  long bytesWritten() {
    return bytesWritten;
  }
}
