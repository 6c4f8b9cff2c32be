package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The chunks a new snapshot may refer to instead of storing them again: index and pack list. */
final class KnownChunks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KnownChunks.class);

  /**
   * A new index is made from the directories of the packs if there are no more than these, 128 GiB
   * in full packs; beyond, it fills as snapshots are written, or when asked to be rebuilt.
   */
  static final int REBUILD_PACKS_MAX = 4096;

  private static final int REBUILD_THREADS = 16;

  private final ObjectStore store;
  private final KeyRing keys;
  private final Relocations relocations;
  private final PackList packs;
  private final Path cacheDirectory;
  private final UUID repository;
  private @Nullable IndexFiles files;
  private volatile @Nullable ChunkIndex index;
  private boolean isOpen;

  KnownChunks(RepositoryParts parts, PackList packs, Path cacheDirectory, UUID repository) {
    this.store = parts.store();
    this.keys = parts.keys();
    this.relocations = parts.relocations();
    this.packs = packs;
    this.cacheDirectory = cacheDirectory;
    this.repository = repository;
  }

  /** Makes ready for a writing whose lease is there. */
  void begin() throws IOException {
    boolean isCollected = packs.refresh();
    if (isCollected || packs.hasDamage()) {
      relocations.refresh(); // what was moved, or healed, is known by its old place
    }
    open();
  }

  private synchronized void open() throws IOException {
    if (isOpen) {
      return;
    }
    isOpen = true;
    try {
      files = IndexFiles.open(cacheDirectory, repository);
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        isOpen = false;
        throw e;
      }
      LOG.warn("no chunk index in {}: equal chunks may be stored again", cacheDirectory, e);
    }
    if (files == null) {
      return;
    }
    index = files.index();
    int there = packs.packs().size();
    if (files.index().isNew() && there > 0 && there <= REBUILD_PACKS_MAX) {
      fill(files.index(), ProgressListener.NONE);
    }
  }

  /** Reads the directories of all packs into the index. */
  void rebuild(ProgressListener progress) throws IOException {
    begin();
    ChunkIndex opened = index;
    if (opened != null) {
      fill(opened, progress);
    }
  }

  private void fill(ChunkIndex target, ProgressListener progress) throws IOException {
    Map<ObjectId, Long> all = packs.packs();
    LOG.info("chunk index of repository {}: reading {} pack directories", repository, all.size());
    long totalBytes = all.values().stream().mapToLong(Long::longValue).sum();
    var doneBytes = new AtomicLong();
    try (var tasks = new ParallelTasks(REBUILD_THREADS)) {
      for (Map.Entry<ObjectId, Long> pack : all.entrySet()) {
        tasks.submit(() -> {
          fill(target, pack.getKey(), pack.getValue());
          progress.progressed(doneBytes.addAndGet(pack.getValue()), totalBytes);
        });
      }
      tasks.finish();
    }
  }

  private void fill(ChunkIndex target, ObjectId pack, long sizeBytes) throws IOException {
    PackDirectory directory;
    try {
      directory = PackDirectory.read(store, keys, pack, sizeBytes);
    } catch (DamagedObjectException | NoSuchObjectException e) {
      LOG.warn("pack {} is left out of the chunk index: {}", pack, e.getMessage());
      return;
    }
    DataKey key = directory.key();
    DataKey.Namer namer = key.namer();
    for (PackEntry entry : directory.entries()) {
      if (entry.kind() == PackEntry.CHUNK) {
        var place =
            new Place(pack, key.id(), entry.offsetBytes(), entry.lengthBytes(), entry.encoding());
        target.put(namer.chunkName(entry.digest()), place, packs::isThere);
      }
    }
  }

  /** Where a chunk lies that may be referred to, if there is one. */
  @Nullable Place find(Digest name, ObjectId key) {
    ChunkIndex opened = index;
    Place place = opened == null ? null : opened.find(name, key);
    if (place == null || packs.mayRefer(place)) {
      return place;
    }
    Place moved = relocations.resolve(place);
    return packs.mayRefer(moved) ? moved : null;
  }

  /** Remembers a pack that this session has stored. */
  void add(ObjectId pack, long sizeBytes, List<PackBuilder.NamedPlace> chunks) {
    packs.add(pack, sizeBytes);
    ChunkIndex opened = index;
    if (opened != null) {
      for (PackBuilder.NamedPlace chunk : chunks) {
        opened.put(chunk.name(), chunk.place(), packs::isThere);
      }
    }
  }

  /** Whether what lies at a place is known to be damaged. */
  boolean isDamaged(Place place) {
    return packs.isDamaged(place);
  }

  @Override
  public synchronized void close() throws IOException {
    if (files != null) {
      files.close();
    }
  }
}
