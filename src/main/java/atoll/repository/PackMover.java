package atoll.repository;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
    var byKey = new HashMap<ObjectId, Map<ObjectId, LiveRecords.Use>>();
    uses.forEach(
        (pack, use) -> byKey.computeIfAbsent(use.key(), _ -> new HashMap<>()).put(pack, use));
    for (Map.Entry<ObjectId, Map<ObjectId, LiveRecords.Use>> one : byKey.entrySet()) {
      DataKey key = parts.keys().byId(one.getKey());
      var inFlight = new Semaphore(parts.tuning().packsInFlight());
      try (var uploader = new PackUploader(parts, claim.id(), key, known, inFlight)) {
        for (Map.Entry<ObjectId, LiveRecords.Use> pack : one.getValue().entrySet()) {
          claim.renewIfDue();
          long sizeBytes = packs.getOrDefault(pack.getKey(), 0L);
          move(pack.getKey(), sizeBytes, pack.getValue(), uploader);
          packsDone++;
          listener.progressed(CollectionListener.Phase.MOVE, packsDone, uses.size());
        }
        uploader.finish();
        bytesWritten += uploader.bytesStored();
      }
    }
  }

  private void move(ObjectId pack, long sizeBytes, LiveRecords.Use use, PackUploader uploader)
      throws IOException {
    try {
      PackDirectory directory = PackDirectory.read(parts.store(), parts.keys(), pack, sizeBytes);
      List<PackEntry> entries =
          directory.entries().stream().filter(entry -> live.contains(pack, entry)).toList();
      var wanted = new ArrayList<Wanted>();
      for (int i = 0; i < entries.size(); i++) {
        wanted.add(new Wanted(entries.get(i).reference(pack, use.key()), i));
      }
      for (ReadRun run : ReadRun.of(wanted)) {
        move(directory.key(), entries, run, uploader);
      }
      requireAll(pack, use, entries.size());
    } catch (DamagedObjectException e) {
      LOG.warn("pack {} stays: what is in use in it cannot be moved", pack, e);
      kept.add(pack);
    }
  }

  /** What a table names and the directory does not know would be lost. */
  private static void requireAll(ObjectId pack, LiveRecords.Use use, int moved)
      throws DamagedObjectException {
    if (use.records() != moved) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack), 0, use.records() + " records in use", moved + " of them");
    }
  }

  /** Moves what a run has; what is wanted of it has its place in {@code entries} as its number. */
  private void move(DataKey key, List<PackEntry> entries, ReadRun run, PackUploader uploader)
      throws IOException {
    ObjectId pack = run.pack();
    var sealed = new byte[run.lengthBytes()];
    try {
      parts.store().get(ObjectNames.pack(pack), run.offsetBytes(), ByteBuffer.wrap(sealed));
    } catch (EOFException e) {
      throw new DamagedObjectException(
          ObjectNames.pack(pack),
          run.offsetBytes(),
          sealed.length + " bytes",
          "the end of the object",
          e);
    }
    SecretKey objectKey = key.objectKey(ObjectKind.PACK, pack);
    DataKey.Namer namer = key.namer();
    for (Wanted wanted : run.wanted()) {
      PackEntry entry = entries.get((int) wanted.chunk());
      byte[] content = open(objectKey, pack, entry, sealed, run.positionOf(wanted.named()));
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
    var plain = new byte[entry.lengthBytes() - RecordCipher.TAG_BYTES];
    try {
      cipher.open(
          key, entry.offsetBytes(), entry.data(), sealed, from, entry.lengthBytes(), plain, 0);
      return plain;
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
