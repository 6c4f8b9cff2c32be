package atoll.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Adds up what snapshots hold and share, from their tables. Used once. */
final class Usage {
  private final RepositoryParts parts;
  private final NodeCache nodes;

  Usage(RepositoryParts parts, NodeCache nodes) {
    this.parts = parts;
    this.nodes = nodes;
  }

  /** Adds up all snapshots. */
  RepositoryStats all(Collection<UUID> ids) throws IOException {
    parts.relocations().refresh();
    List<StoredSnapshot> snapshots = read(ids);
    var packs = new PackList(parts.store(), parts.objects());
    packs.refresh();
    long logicalChunks = 0;
    long uniqueChunks = 0;
    long storedBytes = 0;
    for (PackRange range = PackRange.all(); range != null; range = range.rest()) {
      var chunks = new LiveRecords(range, parts.tuning());
      var tables = new LiveRecords(range, parts.tuning());
      logicalChunks = walk(snapshots, new TableWalk(nodes, new Needs(chunks, tables)));
      uniqueChunks += chunks.records();
      storedBytes += chunks.bytes() + tables.bytes();
    }
    int chunkSize = parts.reader().chunkSizeBytes();
    return new RepositoryStats(
        snapshots.size(),
        snapshots.stream().mapToLong(s -> s.table().shape().sizeBytes()).sum(),
        logicalChunks * chunkSize,
        uniqueChunks * chunkSize,
        storedBytes,
        packs.totalBytes(),
        packs.packs().size());
  }

  /** How long is on the store what only these snapshots need, of all there are. */
  long bytesOnlyIn(Set<UUID> ids, Collection<UUID> all) throws IOException {
    parts.relocations().refresh();
    var others = new HashSet<>(all);
    others.removeAll(ids);
    List<StoredSnapshot> those = read(ids);
    List<StoredSnapshot> kept = read(others);
    long bytes = 0;
    for (PackRange range = PackRange.all(); range != null; range = range.rest()) {
      var needed = new LiveRecords(range, parts.tuning());
      var needs = new Needs(needed, needed);
      var walk = new TableWalk(nodes, needs); // one for both: what is shared is not walked again
      walk(kept, walk);
      var wanted = new LiveRecords(range, parts.tuning());
      needs.goInto(wanted, wanted);
      walk(those, walk);
      bytes += wanted.bytesWithout(needed);
    }
    return bytes;
  }

  private List<StoredSnapshot> read(Collection<UUID> ids) throws IOException {
    var snapshots = new ArrayList<StoredSnapshot>();
    for (UUID id : ids) {
      snapshots.add(parts.manifests().read(id));
    }
    return snapshots;
  }

  /** Takes what tables need, where it lies by now. */
  private final class Needs implements TableWalk.Visitor {
    private LiveRecords chunks;
    private LiveRecords tables;

    private Needs(LiveRecords chunks, LiveRecords tables) {
      this.chunks = chunks;
      this.tables = tables;
    }

    /** What comes from now on goes elsewhere. */
    private void goInto(LiveRecords newChunks, LiveRecords newTables) {
      chunks = newChunks;
      tables = newTables;
    }

    @Override
    public void node(Reference node, int level) {
      tables.add(parts.relocations().resolve(node.place()));
    }

    @Override
    public void chunk(Reference chunk) {
      chunks.add(parts.relocations().resolve(chunk.place()));
    }

    @Override
    public void damaged(Reference node, int level, DamagedObjectException damage)
        throws DamagedObjectException {
      throw damage;
    }
  }

  /** Walks over all tables; gives how many chunks they have. */
  private static long walk(List<StoredSnapshot> snapshots, TableWalk walk) throws IOException {
    long chunks = 0;
    for (StoredSnapshot snapshot : snapshots) {
      chunks += walk.walk(snapshot.table());
    }
    return chunks;
  }
}
