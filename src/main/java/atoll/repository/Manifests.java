package atoll.repository;

import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The manifests and tombstones of a repository. */
final class Manifests {
  private final ObjectStore store;
  private final SealedObjects objects;
  private final KeyRing keys;
  private final int chunkSizeBytes;

  Manifests(ObjectStore store, SealedObjects objects, KeyRing keys, int chunkSizeBytes) {
    this.store = store;
    this.objects = objects;
    this.keys = keys;
    this.chunkSizeBytes = chunkSizeBytes;
  }

  /**
   * Reads a snapshot's manifest.
   *
   * @throws NoSuchSnapshotException if there is none, or the snapshot was deleted
   */
  StoredSnapshot read(UUID id) throws IOException {
    StoredSnapshot snapshot = find(id);
    if (snapshot == null || isDeleted(id)) {
      throw new NoSuchSnapshotException(id);
    }
    return snapshot;
  }

  /** Reads a manifest if it is there, whether there is a tombstone or not. */
  @Nullable StoredSnapshot find(UUID id) throws IOException {
    String objectKey = ObjectNames.snapshot(id);
    byte[] bytes;
    try {
      bytes = objects.read(ObjectKind.MANIFEST, objectKey, ObjectNames.snapshotData(id));
    } catch (NoSuchObjectException e) {
      return null;
    }
    return parse(id, bytes, chunkSizeBytes);
  }

  /** Reads the manifest of a snapshot, decrypted. */
  static StoredSnapshot parse(UUID id, byte[] bytes, int chunkSizeBytes) throws IOException {
    String objectKey = ObjectNames.snapshot(id);
    var json = Json.read(bytes, ManifestJson.class, objectKey);
    if (!json.kind().equals(ManifestJson.VOLUME)) {
      throw new UnsupportedRepositoryException(
          "snapshot " + id + " of kind", ManifestJson.VOLUME, json.kind());
    }
    try {
      return checked(id, json.snapshot(), chunkSizeBytes);
    } catch (IllegalArgumentException e) {
      throw new DamagedObjectException(
          objectKey, ObjectHeader.BYTES, "a possible manifest", String.valueOf(e.getMessage()), e);
    }
  }

  private static StoredSnapshot checked(UUID id, StoredSnapshot snapshot, int chunkSizeBytes) {
    SnapshotManifest manifest = snapshot.manifest();
    if (!manifest.id().equals(id) || manifest.chunkSizeBytes() != chunkSizeBytes) {
      throw new IllegalArgumentException(
          "snapshot %s in chunks of %d".formatted(manifest.id(), manifest.chunkSizeBytes()));
    }
    return snapshot;
  }

  /** Whether there is a snapshot, without reading its manifest. */
  boolean exists(UUID id) throws IOException {
    return store.exists(ObjectNames.snapshot(id)) && !isDeleted(id);
  }

  boolean isDeleted(UUID id) throws IOException {
    return store.exists(ObjectNames.tombstone(id));
  }

  /**
   * Writes the manifest: from now on the snapshot exists. Says no if another's is there, which
   * stays; in a store without conditional puts only if it is there for longer.
   */
  boolean write(StoredSnapshot snapshot) throws IOException {
    SnapshotManifest manifest = snapshot.manifest();
    return objects.writeNew(
        ObjectKind.MANIFEST,
        ObjectNames.snapshot(manifest.id()),
        keys.forWriting(manifest.domain()),
        ObjectNames.snapshotData(manifest.id()),
        Json.write(ManifestJson.of(snapshot)));
  }

  /** Removes the manifest of a snapshot if it was written under {@code lease}. */
  void withdraw(UUID id, ObjectId lease) throws IOException {
    StoredSnapshot snapshot = find(id);
    if (snapshot != null && snapshot.lease().equals(lease)) {
      store.delete(ObjectNames.snapshot(id));
    }
  }

  /**
   * Deletes a snapshot for good: nobody writes its id while its tombstone is there, see {@link
   * OldTombstones}. The tombstone keeps the manifest: a collection that began before needs it.
   */
  void delete(UUID id) throws IOException {
    String objectKey = ObjectNames.snapshot(id);
    byte[] manifest;
    try {
      manifest = SealedObjects.whole(store, objectKey);
    } catch (NoSuchObjectException e) {
      if (!isDeleted(id)) {
        store.put(ObjectNames.tombstone(id), ByteBuffer.allocate(0));
      }
      return;
    }
    store.put(ObjectNames.tombstone(id), ByteBuffer.wrap(manifest));
    store.delete(objectKey);
  }

  /** Reads the manifest of a deleted snapshot; nothing if there was none when it was deleted. */
  @Nullable StoredSnapshot findDeleted(UUID id) throws IOException {
    String objectKey = ObjectNames.tombstone(id);
    try {
      byte[] object = SealedObjects.whole(store, objectKey);
      if (object.length == 0) {
        return null;
      }
      byte[] data = ObjectNames.snapshotData(id);
      return parse(id, objects.open(ObjectKind.MANIFEST, objectKey, data, object), chunkSizeBytes);
    } catch (NoSuchObjectException e) {
      return null;
    }
  }

  /** The ids of all snapshots; objects with names that are no ids are told to {@code strange}. */
  List<UUID> ids(Consumer<String> strange) throws IOException {
    List<UUID> ids = writtenIds(strange);
    ids.removeAll(deletedIds());
    return ids;
  }

  /** The ids of all manifests, whether there are tombstones or not. */
  List<UUID> writtenIds(Consumer<String> strange) throws IOException {
    var ids = new ArrayList<UUID>();
    store.list(
        ObjectNames.SNAPSHOTS, (key, _) -> parseId(key, ObjectNames.SNAPSHOTS, ids, strange));
    return ids;
  }

  /** The ids of all snapshots that were deleted. */
  Set<UUID> deletedIds() throws IOException {
    var ids = new HashSet<UUID>();
    store.list(
        ObjectNames.TOMBSTONES, (key, _) -> parseId(key, ObjectNames.TOMBSTONES, ids, _ -> {}));
    return ids;
  }

  private static void parseId(
      String key, String prefix, Collection<UUID> ids, Consumer<String> strange) {
    String name = ObjectNames.last(key);
    try {
      UUID id = UUID.fromString(name);
      if (key.equals(prefix + id)) {
        ids.add(id);
        return;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    strange.accept(key);
  }
}
