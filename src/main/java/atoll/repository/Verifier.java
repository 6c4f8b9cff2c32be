package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what snapshots consist of and compares it with what was written. Used once. Where it is
 * asked for everything it reads all other objects, too, and what packs hold that no snapshot needs.
 *
 * <p>Every node and chunk is read once, however many snapshots need it. Chunks are read pack by
 * pack. Which ones there are is found from the tables; if they are more than are to be kept in mind
 * at once, the tables are walked for one range of packs after the other. Only when something is
 * damaged the tables are walked once more to find who needs it.
 *
 * <p>Chunks found damaged are recorded in the repository: no new snapshot refers to them, and the
 * next one that has the same content stores it anew.
 */
final class Verifier {
  private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

  private final RepositoryParts repository;
  private final RecordReader reader;
  private final PackList packs;
  private final DamageList damage = new DamageList();
  private int nodesSeen;
  private final Set<Reference> chunks = new HashSet<>();

  /** Where nodes that tables need lie by now, and chunks that were moved. */
  private final PlaceMap needed = new PlaceMap();

  private final Set<ObjectId> packsSeen = new HashSet<>();
  private final Map<ObjectId, ObjectId> ids = new HashMap<>();
  private final AtomicLong chunksRead = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private final ConcurrentLinkedDeque<Slot> spareSlots = new ConcurrentLinkedDeque<>();
  private final Map<ObjectId, Boolean> unlisted = new HashMap<>();
  private boolean relocationsRead;
  private PackRange range = PackRange.all();

  /** What one range at a time needs. */
  private static final class Slot {
    private final ReadBuffers buffers = new ReadBuffers();
    private final Sha256 sha256 = new Sha256();
    private final byte[] plain;

    private Slot(int plainBytes) {
      plain = new byte[plainBytes];
    }
  }

  Verifier(RepositoryParts parts) {
    this.repository = parts;
    this.reader = parts.reader();
    this.packs = new PackList(parts.store(), parts.objects());
  }

  /**
   * Verifies snapshots; where they are {@code isEverything} there was, those that are gone by now
   * or of a kind this version does not know are passed over.
   */
  VerifyReport run(
      Collection<UUID> snapshotIds,
      boolean isEverything,
      VerifyMode mode,
      ProgressListener progress)
      throws IOException {
    List<StoredSnapshot> snapshots = readManifests(snapshotIds, isEverything);
    int snapshotsSeen = snapshots.size() + damage.manifests();
    packs.refresh();
    try (var nodes = new NodeCache(reader)) {
      if (mode == VerifyMode.FULL) {
        readAll(snapshots, isEverything, nodes, progress);
      } else {
        walkTables(snapshots, nodes, this::checkPack);
      }
      if (damage.hasRecords()) {
        new NeedFinder(nodes, damage).find(snapshots);
      }
    } finally {
      spareSlots.forEach(slot -> slot.buffers.close());
    }
    damage.forgetDeleted(repository.manifests(), this::isGone);
    if (mode == VerifyMode.FULL) {
      if (isEverything) {
        new ObjectVerifier(repository, damage).run();
      }
      recordDamagedChunks();
    }
    return new VerifyReport(
        snapshotsSeen, nodesSeen, chunksRead.get(), bytesRead.get(), damage.report());
  }

  /** What was found, to be healed. */
  DamageList damage() {
    return damage;
  }

  private List<StoredSnapshot> readManifests(Collection<UUID> snapshotIds, boolean isEverything)
      throws IOException {
    var snapshots = new ArrayList<StoredSnapshot>();
    for (UUID id : snapshotIds) {
      try {
        snapshots.add(repository.manifests().read(id));
      } catch (DamagedObjectException e) {
        damage.addManifest(id, e);
      } catch (NoSuchSnapshotException | UnsupportedRepositoryException e) {
        if (!isEverything) {
          throw e;
        }
        LOG.info("not verified: {}", e.getMessage());
      }
    }
    return snapshots;
  }

  private void readAll(
      List<StoredSnapshot> snapshots,
      boolean isEverything,
      NodeCache nodes,
      ProgressListener progress)
      throws IOException {
    if (isEverything) {
      repository.relocations().refresh(); // to know what lies where before it is looked for
    }
    long totalBytes = packs.totalBytes();
    for (PackRange next = PackRange.all(); next != null; next = range.rest()) {
      range = next;
      walkTables(snapshots, nodes, this::collect);
      if (isEverything) {
        readDirectories(packsOfRange(), this::collectUnneeded);
      }
      readChunks(progress, totalBytes);
    }
    if (!isEverything) {
      readDirectories(packsSeen, (_, _) -> {});
    }
  }

  /** Takes the chunks of leaves. */
  @FunctionalInterface
  private interface ChunkVisitor {
    void chunk(Reference chunk) throws IOException;
  }

  private void walkTables(List<StoredSnapshot> snapshots, NodeCache nodes, ChunkVisitor visitor)
      throws IOException {
    var walk =
        new TableWalk(
            nodes,
            new TableWalk.Visitor() {
              @Override
              public void node(Reference node, int level) {
                packsSeen.add(node.place().pack());
                needed.put(repository.relocations().resolve(node.place()), 0);
              }

              @Override
              public void chunk(Reference chunk) throws IOException {
                visitor.chunk(chunk);
              }

              @Override
              public void damaged(Reference node, int level, DamagedObjectException problem) {
                damage.add(node, PackEntry.NODE, problem);
              }
            });
    for (StoredSnapshot snapshot : snapshots) {
      walk.walk(snapshot.table());
    }
    nodesSeen = walk.nodesSeen();
  }

  /** A quick look: the pack is there, and long enough. */
  private void checkPack(Reference chunk) throws IOException {
    Place place = repository.relocations().resolve(chunk).place();
    if (packs.sizeOf(place.pack()) < 0 && !relocationsRead) {
      repository.relocations().refresh();
      relocationsRead = true;
      place = repository.relocations().resolve(chunk).place();
    }
    long sizeBytes = packs.sizeOf(place.pack());
    if (sizeBytes < 0 && isThereUnlisted(place.pack())) {
      return;
    }
    if (place.endBytes() > sizeBytes) {
      damage.add(
          chunk,
          PackEntry.CHUNK,
          new DamagedObjectException(
              ObjectNames.pack(place.pack()),
              place.offsetBytes(),
              place.lengthBytes() + " bytes",
              sizeBytes < 0 ? "no such pack" : "a pack of " + sizeBytes + " bytes"));
    }
  }

  /** A listing may lag behind; a look at the object itself does not. */
  private boolean isThereUnlisted(ObjectId pack) throws IOException {
    Boolean isThere = unlisted.get(pack);
    if (isThere == null) {
      isThere = repository.store().exists(ObjectNames.pack(pack));
      unlisted.put(pack, isThere);
    }
    return isThere;
  }

  /** Takes a chunk that a table needs; the ids of packs, many times the same, are kept once. */
  private void collect(Reference chunk) {
    Place place = chunk.place();
    ObjectId pack = ids.computeIfAbsent(place.pack(), id -> id);
    packsSeen.add(pack);
    Place now = repository.relocations().resolve(place);
    if (!now.equals(place)) {
      needed.put(now, 0);
    }
    ObjectId key = ids.computeIfAbsent(place.key(), id -> id);
    keep(
        new Reference(
            chunk.digest(),
            new Place(pack, key, place.offsetBytes(), place.lengthBytes(), place.encoding())));
  }

  /** Keeps a chunk of this range in mind; if they become too many, only those of half of it. */
  private void keep(Reference chunk) {
    synchronized (chunks) {
      if (!range.contains(chunk.place().pack())) {
        return;
      }
      chunks.add(chunk);
      if (chunks.size() > repository.tuning().recordsMax() && range.halve()) {
        chunks.removeIf(kept -> !range.contains(kept.place().pack()));
      }
    }
  }

  private void readChunks(ProgressListener progress, long totalBytes) throws IOException {
    var wanted = new ArrayList<Wanted>(chunks.size());
    for (Reference chunk : chunks) {
      wanted.add(new Wanted(chunk, wanted.size()));
    }
    chunks.clear();
    try (var tasks = new ParallelTasks(repository.tuning().getsMax())) {
      for (ReadRun run : reader.plan(wanted)) {
        tasks.submit(() -> {
          readRun(run);
          progress.progressed(bytesRead.addAndGet(run.lengthBytes()), totalBytes);
        });
      }
      tasks.finish();
    }
  }

  private void readRun(ReadRun run) throws IOException {
    Slot pooled = spareSlots.poll();
    Slot slot = pooled == null ? new Slot(reader.chunkSizeBytes()) : pooled;
    try {
      reader.readEach(
          run,
          slot.buffers,
          new RecordReader.ChunkHandler() {
            @Override
            public void fetched(Wanted wanted, RecordReader.RunDecoder decoder) throws IOException {
              decoder.decode(wanted.reference(), slot.plain, 0);
              requireDigest(wanted.reference(), slot);
              chunksRead.incrementAndGet();
            }

            @Override
            public void damaged(Wanted wanted, DamagedObjectException problem) {
              damage.add(wanted.original(), PackEntry.CHUNK, problem);
            }
          });
    } finally {
      spareSlots.push(slot);
    }
  }

  private static void requireDigest(Reference chunk, Slot slot) throws DamagedObjectException {
    Digest found = slot.sha256.digest(slot.plain, 0, slot.plain.length);
    if (!found.equals(chunk.digest())) {
      throw new DamagedObjectException(
          ObjectNames.pack(chunk.place().pack()),
          chunk.place().offsetBytes(),
          "a chunk of digest " + chunk.digest(),
          "digest " + found);
    }
  }

  private List<ObjectId> packsOfRange() {
    return packs.packs().keySet().stream().filter(range::contains).toList();
  }

  /** Takes what a directory names; called by many threads. */
  @FunctionalInterface
  private interface RecordVisitor {
    void record(PackEntry entry, Reference record) throws IOException;
  }

  /** The packs' own directories: no snapshot needs them, but the index does, one day. */
  private void readDirectories(Collection<ObjectId> ids, RecordVisitor visitor) throws IOException {
    try (var tasks = new ParallelTasks(repository.tuning().getsMax())) {
      for (ObjectId pack : ids) {
        long sizeBytes = packs.sizeOf(pack);
        if (sizeBytes >= 0) {
          tasks.submit(() -> readDirectory(pack, sizeBytes, visitor));
        }
      }
      tasks.finish();
    }
  }

  private void readDirectory(ObjectId pack, long sizeBytes, RecordVisitor visitor)
      throws IOException {
    PackDirectory directory;
    try {
      directory = PackDirectory.read(repository.store(), repository.keys(), pack, sizeBytes);
    } catch (NoSuchObjectException e) {
      return; // collected meanwhile: what a table needs of it was moved, or found missing
    } catch (DamagedObjectException e) {
      damage.addPack(pack, e);
      return;
    }
    for (PackEntry entry : directory.entries()) {
      visitor.record(entry, entry.reference(pack, directory.key().id()));
    }
  }

  /**
   * What no table needs is read, too: an index may know the chunk, and the next snapshot have it.
   */
  private void collectUnneeded(PackEntry entry, Reference record) throws IOException {
    if (needed.contains(record.place())) {
      return;
    }
    if (entry.kind() == PackEntry.CHUNK) {
      keep(record); // once, if the tables of this range have it as well
      return;
    }
    try {
      reader.readNode(record, entry.level());
    } catch (DamagedObjectException e) {
      damage.add(record, PackEntry.NODE, e);
    }
  }

  private boolean isGone(Place place) throws IOException {
    ObjectId pack = repository.relocations().resolve(place).pack();
    return !repository.store().exists(ObjectNames.pack(pack));
  }

  private void recordDamagedChunks() {
    try {
      var names = new ArrayList<DamagedJson.Chunk>();
      for (DamageList.Finding finding : damage.chunks()) {
        addTo(names, finding.record());
        Reference now = repository.relocations().resolve(finding.record());
        if (!now.equals(finding.record())) {
          addTo(names, now);
        }
      }
      if (names.isEmpty()) {
        return;
      }
      var id = ObjectId.random(repository.random());
      var content = new DamagedJson(names, repository.clock().instant());
      repository
          .objects()
          .write(
              ObjectKind.DAMAGED,
              ObjectNames.damaged(id),
              repository.keys().repositoryKey(),
              ObjectNames.damagedData(id),
              Json.write(content));
    } catch (IOException e) {
      // The report says it all the same; without the record, new snapshots may refer to the chunks.
      LOG.warn("the damaged chunks could not be recorded in the repository", e);
    }
  }

  private void addTo(List<DamagedJson.Chunk> names, Reference chunk) throws IOException {
    Place place = chunk.place();
    if (!packs.isDamaged(place)) {
      Digest name = repository.keys().byId(place.key()).namer().chunkName(chunk.digest());
      names.add(new DamagedJson.Chunk(name, place.pack(), place.offsetBytes()));
    }
  }
}
