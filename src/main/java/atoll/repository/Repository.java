package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.BlockWriter;
import atoll.objectstore.Interruption;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.Pauses;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps snapshots of block devices in an object store: each costs what changed, each is whole, each
 * can go at any time.
 *
 * <p>Any number of threads and processes may use one repository at once. What is read from the
 * store is authenticated before it is used; what is not as it was written is a {@link
 * DamagedObjectException}. The layout is docs/repository-format.md.
 */
public final class Repository implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Repository.class);
  private static final int MANIFESTS_AT_ONCE = 16;

  private final RepositoryConfig config;
  private final RepositoryParts parts;
  private final Manifests manifests;
  private final RecordReader reader;
  private final KnownChunks known;
  private final SnapshotWriter writer;

  private Repository(RepositoryConfig config, RepositoryParts parts, KnownChunks known) {
    this.config = config;
    this.parts = parts;
    this.manifests = parts.manifests();
    this.reader = parts.reader();
    this.known = known;
    this.writer = new SnapshotWriter(parts, known);
  }

  /**
   * Makes a repository in a store that has none; {@code secret} will open it.
   *
   * @throws RepositoryExistsException if there is one, or the data of one whose config is lost
   */
  public static void create(
      ObjectStore store,
      RepositorySecret secret,
      RepositorySettings settings,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    create(store, secret, "", settings, random, clock);
  }

  /**
   * As {@link #create(ObjectStore, RepositorySecret, RepositorySettings, SecureRandom,
   * InstantSource)}; {@code label} is what the owner of the key calls it.
   */
  public static void create(
      ObjectStore store,
      RepositorySecret secret,
      String label,
      RepositorySettings settings,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    RepositoryCreation.create(store, secret, label, settings, random, clock);
  }

  /** Opens a repository with the tuning that suits a host. */
  public static Repository open(
      ObjectStore store, RepositorySecret secret, Path cacheDirectory, InstantSource clock)
      throws IOException {
    return open(
        store, secret, cacheDirectory, RepositoryTuning.defaults(), new SecureRandom(), clock);
  }

  /**
   * Opens a repository; writes nothing, neither to the store nor to the cache. The store stays the
   * caller's and is not closed with the repository.
   *
   * @param cacheDirectory where this host's chunk index is kept; may be lost at any time
   * @throws NoRepositoryException if the store has no config
   * @throws WrongKeyException if the secret does not open it
   * @throws UnsupportedRepositoryException if it was made with what this version does not know
   * @throws DamagedObjectException if the config is not what was written
   */
  public static Repository open(
      ObjectStore store,
      RepositorySecret secret,
      Path cacheDirectory,
      RepositoryTuning tuning,
      SecureRandom random,
      InstantSource clock)
      throws IOException {
    return open(store, secret, cacheDirectory, tuning, random, clock, Pauses.SLEEP);
  }

  /** Opens a repository, with another idea of time. */
  static Repository open(
      ObjectStore store,
      RepositorySecret secret,
      Path cacheDirectory,
      RepositoryTuning tuning,
      SecureRandom random,
      InstantSource clock,
      Pauses pauses)
      throws IOException {
    byte[] object = RepositoryCreation.readConfig(store);
    var config = RepositoryConfig.parse(object);
    byte[] masterKey = RepositoryCreation.unwrapMasterKey(store, secret, config.id());
    config.authenticate(object, masterKey);
    var keys = new KeyRing(store, config.id(), masterKey, random);
    var objects = new SealedObjects(store, keys, random);
    int chunkSize = config.chunkSize();
    var relocations = new Relocations(store, objects);
    var parts =
        new RepositoryParts(
            store,
            objects,
            keys,
            new Manifests(store, objects, keys, chunkSize),
            relocations,
            new RecordReader(store, keys, relocations, chunkSize),
            tuning,
            random,
            clock,
            pauses,
            new EndedWork<>(clock, tuning.leaseLength()));
    var packs = new PackList(store, objects);
    var known = new KnownChunks(parts, packs, cacheDirectory, config.id());
    return new Repository(config, parts, known);
  }

  /** The id it was made with. */
  public UUID id() {
    return config.id();
  }

  /** The length of a chunk: snapshots are stored, compared and named damaged in these. */
  public int chunkSizeBytes() {
    return config.chunkSize();
  }

  /** Where it is, without what opens it. */
  public String location() {
    return parts.store().toString();
  }

  /** When it was made. */
  public Instant createdAt() {
    return config.createdAt();
  }

  /**
   * Writes a snapshot of what an image holds. When this returns the snapshot exists, durably; if it
   * fails there is no snapshot, or, if only the answer was lost, a whole one. Trying again with the
   * same id is always right: a snapshot that is there already is returned as it is.
   *
   * <p>Without a parent the image is everything, and what its extents call absent is zeros. With a
   * parent its extents say the difference: {@code DATA} is read, {@code ZERO} becomes zeros
   * whatever its length costs nothing, {@code ABSENT} stays as it is in the parent. Reads of the
   * image must go through to what lies beneath, since a chunk that is covered in part is read as a
   * whole.
   *
   * <p>An interrupt ends the writing soon, with an {@link InterruptedIOException} and nothing left
   * behind that anything refers to. The image is read by several threads, which are never
   * interrupted.
   *
   * @throws NoSuchSnapshotException if there is no such parent
   * @throws SnapshotDeletedException if a snapshot of this id was deleted, now or earlier
   * @throws IllegalArgumentException if the image is shorter than the parent
   */
  public SnapshotManifest write(
      SnapshotRequest request, BlockImage image, ProgressListener progress) throws IOException {
    try {
      return writer.write(request, image, progress);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e;
      }
      // However a store says it: what ended the writing was the interrupt.
      throw Interruption.of("the writing of a snapshot", e);
    }
  }

  /**
   * Opens a snapshot for reading.
   *
   * @throws NoSuchSnapshotException if there is none
   */
  public SnapshotImage open(UUID id) throws IOException {
    return open(id, parts.tuning().imageCacheBytes());
  }

  /**
   * Opens a snapshot for reading.
   *
   * @param cacheBytes how much of its content is kept in memory; a few MiB always are
   * @throws NoSuchSnapshotException if there is none
   */
  public SnapshotImage open(UUID id, long cacheBytes) throws IOException {
    return new SnapshotImage(manifests.read(id), reader, cacheBytes);
  }

  /**
   * Writes a whole snapshot out, from several threads. What is zeros is not written: the writer's
   * target reads as zeros where nothing was written.
   *
   * @throws NoSuchSnapshotException if there is none
   */
  public SnapshotManifest restore(UUID id, BlockWriter target, ProgressListener progress)
      throws IOException {
    Restoration restoration = restoration(id);
    restoration.restore(target, progress);
    return restoration.manifest();
  }

  /**
   * Makes ready to write a whole snapshot out.
   *
   * @throws NoSuchSnapshotException if there is none
   */
  public Restoration restoration(UUID id) throws IOException {
    return new Restoration(manifests.read(id), parts, null);
  }

  /**
   * Makes ready to write out what can be read of a snapshot that is damaged.
   *
   * @throws NoSuchSnapshotException if there is none
   * @throws DamagedObjectException if its manifest is damaged: nobody knows what it held
   */
  public Restoration salvage(UUID id) throws IOException {
    return new Restoration(manifests.read(id), parts, new DamageList());
  }

  /** Reads the manifests of all snapshots. */
  public SnapshotList list() throws IOException {
    var readable = new ConcurrentLinkedQueue<SnapshotManifest>();
    var unreadable = new ConcurrentHashMap<UUID, IOException>();
    try (var tasks = new ParallelTasks(MANIFESTS_AT_ONCE)) {
      for (UUID id : ids()) {
        tasks.submit(() -> {
          try {
            StoredSnapshot snapshot = manifests.find(id);
            if (snapshot != null) {
              readable.add(snapshot.manifest());
            }
          } catch (DamagedObjectException | UnsupportedRepositoryException e) {
            unreadable.put(id, e);
          }
        });
      }
      tasks.finish();
    }
    var sorted = new ArrayList<>(readable);
    sorted.sort(
        Comparator.comparing(SnapshotManifest::takenAt).thenComparing(SnapshotManifest::id));
    return new SnapshotList(sorted, unreadable);
  }

  private List<UUID> ids() throws IOException {
    return manifests.ids(key -> LOG.warn("{} is not the name of a snapshot", key));
  }

  /**
   * Reads a snapshot's manifest.
   *
   * @throws NoSuchSnapshotException if there is none
   */
  public SnapshotManifest manifest(UUID id) throws IOException {
    return manifests.read(id).manifest();
  }

  /** Whether there is a snapshot, without reading its manifest. */
  public boolean exists(UUID id) throws IOException {
    return manifests.exists(id);
  }

  /**
   * Visits where a later snapshot differs from an earlier one, in order, within the size of the
   * later; costs what differs, not what they hold. They need not be of one volume.
   *
   * @throws NoSuchSnapshotException if there is none of them
   */
  public void diff(UUID earlier, UUID later, DifferenceVisitor visitor) throws IOException {
    PointerTable before = manifests.read(earlier).table();
    PointerTable after = manifests.read(later).table();
    try (var nodes = new NodeCache(reader)) {
      TableDiff.visit(before, after, nodes, visitor);
    }
  }

  /**
   * Deletes a snapshot; others that share its chunks keep them. One that is not there is deleted
   * already. Its id cannot be written again.
   */
  public void delete(UUID id) throws IOException {
    manifests.delete(id);
  }

  /**
   * Removes what no snapshot needs any more, and joins small packs. Writers and readers may be at
   * work meanwhile, in any process; so may another collector, but this one does not begin then. It
   * may be killed at any time; what it began the next one ends.
   *
   * @throws CollectorBusyException if another collector is at work
   * @throws CannotCollectException if it cannot be told what is in use
   * @throws UnsupportedRepositoryException if there is a snapshot that a later version made
   */
  public CollectionReport collect(CollectionRequest request, CollectionListener listener)
      throws IOException {
    return Collector.collect(parts, known, request, listener);
  }

  /**
   * Adds up what all snapshots hold, and what space that takes; reads their tables.
   *
   * @throws DamagedObjectException if one of them is damaged
   */
  public RepositoryStats stats() throws IOException {
    try (var nodes = new NodeCache(reader)) {
      return new Usage(parts, nodes).all(ids());
    }
  }

  /**
   * How long is on the store what only these snapshots need: what their deletion and a collection
   * would free at most.
   *
   * @throws NoSuchSnapshotException if there is none of one of these ids
   * @throws DamagedObjectException if any snapshot is damaged
   */
  public long bytesOnlyIn(Set<UUID> snapshots) throws IOException {
    try (var nodes = new NodeCache(reader)) {
      return new Usage(parts, nodes).bytesOnlyIn(snapshots, ids());
    }
  }

  /** Verifies all snapshots. */
  public VerifyReport verify(VerifyMode mode, ProgressListener progress) throws IOException {
    return new Verifier(parts).run(ids(), true, mode, progress);
  }

  /**
   * Verifies snapshots. Damaged chunks that a full verification finds are recorded, so that new
   * snapshots store them anew.
   *
   * @throws NoSuchSnapshotException if there is none of one of these ids
   */
  public VerifyReport verify(Collection<UUID> snapshots, VerifyMode mode, ProgressListener progress)
      throws IOException {
    return new Verifier(parts).run(snapshots, false, mode, progress);
  }

  /**
   * Verifies all snapshots, and writes damaged chunks and nodes anew that are whole elsewhere: in
   * another pack, or, chunks, in an image. All snapshots that need them can be read again. Writers
   * and readers may be at work meanwhile. It may be killed at any time.
   *
   * @param images whatever may hold the content, such as what was backed up; they stay open
   * @throws CollectorBusyException if a collector is at work
   */
  public HealReport heal(Collection<? extends BlockImage> images, ProgressListener progress)
      throws IOException {
    var verifier = new Verifier(parts);
    verifier.run(ids(), true, VerifyMode.FULL, progress);
    return Healer.heal(parts, known, verifier.damage(), images);
  }

  /**
   * Makes this host's chunk index from the packs' own directories. Only needed to find equal chunks
   * again after the cache was lost and the repository is too large for it to happen by itself.
   */
  public void rebuildIndex(ProgressListener progress) throws IOException {
    known.rebuild(progress);
  }

  /** Gives up what is kept open; nobody may be using it any more. */
  @Override
  public void close() throws IOException {
    known.close();
  }

  @Override
  public String toString() {
    return "repository " + config.id() + " in " + parts.store();
  }
}
