package atoll.repository;

import atoll.format.BlockImage;
import atoll.objectstore.NoSuchObjectException;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * Writes damaged records anew, from equal ones in other packs and from images, and says in a
 * relocation map where they are whole: all snapshots that need them can be read again. Used once,
 * by one thread.
 *
 * <p>It holds a collector's claim while it does, so nobody moves or removes what it finds, and
 * nobody else numbers maps. Packs come first, the map last: whoever is killed between leaves packs
 * that nothing refers to. Source: docs/repository-format.md, "Damage".
 */
final class Healer implements AutoCloseable {
  /** What a record is, wherever it lies. */
  private record Content(int kind, Digest digest) {}

  private final RepositoryParts parts;
  private final KnownChunks known;
  private final CollectorClaim claim;
  private final DamageList damage;
  private final Map<Content, List<Place>> wanted = new HashMap<>();
  private final Map<ObjectId, PackUploader> uploaders = new HashMap<>();
  private final Semaphore inFlight;
  private final Map<RelocationMap.OldPlace, RelocationMap.Move> moves = new HashMap<>();
  private final Set<Place> healed = new HashSet<>();
  private final List<ZstdCompressCtx> compressors =
      Encoding.ZSTD_LEVELS.stream().map(level -> new ZstdCompressCtx().setLevel(level)).toList();
  private final ReadBuffers buffers = new ReadBuffers();
  private final Sha256 sha256 = new Sha256();

  private Healer(
      RepositoryParts parts, KnownChunks known, CollectorClaim claim, DamageList damage) {
    this.parts = parts;
    this.known = known;
    this.claim = claim;
    this.damage = damage;
    this.inFlight = new Semaphore(parts.tuning().packsInFlight());
  }

  /** Heals what a verification found; see {@link Repository#heal}. */
  static HealReport heal(
      RepositoryParts parts,
      KnownChunks known,
      DamageList damage,
      Collection<? extends BlockImage> images)
      throws IOException {
    if (!damage.hasRecords() && damage.packs().isEmpty()) {
      return new HealReport(0, 0, damage.report());
    }
    try (var claim = CollectorClaim.take(parts);
        var healer = new Healer(parts, known, claim, damage)) {
      return healer.run(images);
    }
  }

  private HealReport run(Collection<? extends BlockImage> images) throws IOException {
    parts.relocations().refresh();
    for (DamageList.Finding finding : damage.records()) {
      wanted
          .computeIfAbsent(
              new Content(finding.kind(), finding.record().digest()), _ -> new ArrayList<>())
          .add(finding.record().place());
    }
    leaveNamelessPacks();
    lookIntoPacks();
    for (BlockImage image : images) {
      lookInto(image);
    }
    long bytesWritten = finish();
    if (!moves.isEmpty()) {
      claim.renewIfDue();
      parts.relocations().write(List.copyOf(moves.values()), parts.keys().repositoryKey());
      claim.awaitListings(); // after that every reader finds the map
      healed.forEach(damage::forgetHealed);
    }
    return new HealReport(healed.size(), bytesWritten, damage.report());
  }

  private long finish() throws IOException {
    long bytesWritten = 0;
    for (PackUploader uploader : uploaders.values()) {
      claim.renewIfDue();
      uploader.finish();
      bytesWritten += uploader.bytesStored();
    }
    return bytesWritten;
  }

  /**
   * Of a pack whose directory is damaged nobody can make an index, nor can a collector empty it:
   * what tables need of it is written anew elsewhere, as if it were damaged.
   */
  private void leaveNamelessPacks() throws IOException {
    Set<ObjectId> packs = damage.packs();
    if (packs.isEmpty()) {
      return;
    }
    var needed = new Needs(packs);
    try (var nodes = new NodeCache(parts.reader())) {
      var walk = new TableWalk(nodes, needed);
      for (UUID id : parts.manifests().ids(_ -> {})) {
        claim.renewIfDue();
        walk(id, walk);
      }
    }
    for (Needed one : needed.records.values()) {
      claim.renewIfDue();
      writeAnew(one);
    }
  }

  private record Needed(int kind, int level, Reference record) {}

  /** What tables need of some packs, by the places that they name. */
  private final class Needs implements TableWalk.Visitor {
    private final Set<ObjectId> packs;
    private final Map<Place, Needed> records = new HashMap<>();

    private Needs(Set<ObjectId> packs) {
      this.packs = packs;
    }

    @Override
    public void node(Reference node, int level) {
      add(new Needed(PackEntry.NODE, level, node));
    }

    @Override
    public void chunk(Reference chunk) {
      add(new Needed(PackEntry.CHUNK, 0, chunk));
    }

    private void add(Needed one) {
      Place named = one.record().place();
      if (packs.contains(parts.relocations().resolve(named).pack())) {
        records.put(named, one);
      }
    }

    @Override
    public void damaged(Reference node, int level, DamagedObjectException problem) {
      // the verification named it
    }
  }

  private void walk(UUID id, TableWalk walk) throws IOException {
    try {
      walk.walk(parts.manifests().read(id).table());
    } catch (DamagedObjectException | NoSuchSnapshotException | UnsupportedRepositoryException e) {
      // the verification named it, or it is gone
    }
  }

  private void writeAnew(Needed one) throws IOException {
    Reference record = one.record();
    var content = new Content(one.kind(), record.digest());
    try {
      byte[] plain =
          one.kind() == PackEntry.CHUNK ? readChunk(record) : readNode(record, one.level());
      wanted.computeIfAbsent(content, _ -> new ArrayList<>()).add(record.place());
      offer(content, one.level(), plain);
    } catch (DamagedObjectException e) {
      // it is wanted already
    }
  }

  private void lookIntoPacks() throws IOException {
    var packs = new PackList(parts.store(), parts.objects());
    packs.refresh();
    for (Map.Entry<ObjectId, Long> pack : packs.packs().entrySet()) {
      claim.renewIfDue();
      try {
        lookInto(PackDirectory.read(parts.store(), parts.keys(), pack.getKey(), pack.getValue()));
      } catch (DamagedObjectException | NoSuchObjectException e) {
        // the verification named it; or a listing shows what is gone
      }
    }
  }

  private void lookInto(PackDirectory directory) throws IOException {
    for (PackEntry entry : directory.entries()) {
      var content = new Content(entry.kind(), entry.digest());
      if (!wanted.containsKey(content)) {
        continue;
      }
      try {
        Reference record = entry.reference(directory.pack(), directory.key().id());
        byte[] plain =
            entry.kind() == PackEntry.CHUNK ? readChunk(record) : readNode(record, entry.level());
        offer(content, entry.level(), plain);
      } catch (DamagedObjectException e) {
        // it is the damaged one, or damaged as well
      }
    }
  }

  private byte[] readChunk(Reference chunk) throws IOException {
    var plain = new byte[parts.reader().chunkSizeBytes()];
    RecordReader reader = parts.reader();
    ReadRun run = reader.plan(List.of(new Wanted(chunk, 0))).getFirst();
    reader.readEach(
        run,
        buffers,
        new RecordReader.ChunkHandler() {
          @Override
          public void fetched(Wanted one, RecordReader.RunDecoder decoder) throws IOException {
            decoder.decode(one.reference(), plain, 0);
          }

          @Override
          public void damaged(Wanted one, DamagedObjectException problem)
              throws DamagedObjectException {
            throw problem;
          }
        });
    return plain;
  }

  private byte[] readNode(Reference node, int level) throws IOException {
    return Node.encode(level, parts.reader().readNode(node, level).children());
  }

  /** Looks for chunks at the places where a snapshot has them: multiples of their size. */
  private void lookInto(BlockImage image) throws IOException {
    var plain = new byte[parts.reader().chunkSizeBytes()];
    for (long at = 0; at < image.sizeBytes(); at += plain.length) {
      claim.renewIfDue();
      int length = (int) Math.min(plain.length, image.sizeBytes() - at);
      image.read(at, ByteBuffer.wrap(plain, 0, length));
      Arrays.fill(plain, length, plain.length, (byte) 0);
      var content = new Content(PackEntry.CHUNK, sha256.digest(plain, 0, plain.length));
      if (wanted.containsKey(content)) {
        offer(content, 0, plain);
      }
    }
  }

  /**
   * Writes what is wanted of a content. A map keeps length and encoding, which tables name: what
   * does not come out as long as it was, at any level that earlier versions took, cannot be healed.
   */
  private void offer(Content content, int level, byte[] plain) throws IOException {
    for (ZstdCompressCtx compressor : compressors) {
      offer(content, level, plain, compressor.compress(plain));
      if (!wanted.containsKey(content)) {
        return;
      }
    }
  }

  private void offer(Content content, int level, byte[] plain, byte[] frame) throws IOException {
    boolean pays = Encoding.pays(frame.length, plain.length);
    byte[] stored = pays ? frame : plain;
    int encoding = pays ? Encoding.ZSTD : Encoding.PLAIN;
    List<Place> places = wanted.getOrDefault(content, List.of());
    for (Iterator<Place> i = places.iterator(); i.hasNext(); ) {
      Place named = i.next();
      Place place = parts.relocations().resolve(named);
      if (place.encoding() == encoding
          && place.lengthBytes() == stored.length + RecordCipher.TAG_BYTES) {
        if (!moves.containsKey(RelocationMap.OldPlace.of(place))) { // two tables may name it
          Place whole = write(content, level, encoding, stored, place.key());
          var from = RelocationMap.OldPlace.of(place);
          var to = RelocationMap.NewPlace.of(whole);
          moves.put(from, new RelocationMap.Move(from, place.lengthBytes(), to));
        }
        healed.add(named);
        i.remove();
      }
    }
    if (places.isEmpty()) {
      wanted.remove(content);
    }
  }

  private Place write(Content content, int level, int encoding, byte[] stored, ObjectId keyId)
      throws IOException {
    DataKey key = parts.keys().byId(keyId);
    PackUploader uploader =
        uploaders.computeIfAbsent(
            keyId, _ -> new PackUploader(parts, claim.id(), key, known, inFlight));
    if (content.kind() == PackEntry.NODE) {
      return uploader.addNode(level, content.digest(), encoding, stored);
    }
    Digest name = key.namer().chunkName(content.digest());
    return uploader.addChunk(content.digest(), name, encoding, stored, 0, stored.length);
  }

  @Override
  public void close() {
    uploaders.values().forEach(PackUploader::close);
    compressors.forEach(ZstdCompressCtx::close);
    buffers.close();
  }
}
