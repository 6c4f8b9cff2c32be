package atoll.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Adds up what snapshots hold and share, from their tables. Used once. */
final class Usage {
  private final RepositoryParts parts;
  private final NodeCache nodes;

  /** How many chunks there are beneath a node. */
  private final Map<Relocations.OldPlace, Long> chunksBeneath = new HashMap<>();

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
    var chunks = new LiveRecords();
    var tables = new LiveRecords();
    walk(snapshots, walk(chunks, tables));
    long sizeBytes = 0;
    long logicalChunks = 0;
    for (StoredSnapshot snapshot : snapshots) {
      PointerTable table = snapshot.table();
      sizeBytes += table.shape().sizeBytes();
      if (table.root() != null) {
        logicalChunks += count(table.root(), table.depth() - 1);
      }
    }
    int chunkSize = parts.reader().chunkSizeBytes();
    return new RepositoryStats(
        snapshots.size(),
        sizeBytes,
        logicalChunks * chunkSize,
        chunks.records() * chunkSize,
        chunks.bytes() + tables.bytes(),
        packs.totalBytes(),
        packs.packs().size());
  }

  /** How long is on the store what only these snapshots need, of all there are. */
  long bytesOnlyIn(Set<UUID> ids, Collection<UUID> all) throws IOException {
    parts.relocations().refresh();
    var others = new HashSet<>(all);
    others.removeAll(ids);
    var live = new LiveRecords();
    TableWalk walk = walk(live, live); // one for both: what is shared is not walked over again
    walk(read(others), walk);
    long before = live.bytes();
    walk(read(ids), walk);
    return live.bytes() - before;
  }

  private List<StoredSnapshot> read(Collection<UUID> ids) throws IOException {
    var snapshots = new ArrayList<StoredSnapshot>();
    for (UUID id : ids) {
      snapshots.add(parts.manifests().read(id));
    }
    return snapshots;
  }

  private TableWalk walk(LiveRecords chunks, LiveRecords tables) {
    return new TableWalk(
        nodes,
        new TableWalk.Visitor() {
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
        });
  }

  private static void walk(List<StoredSnapshot> snapshots, TableWalk walk) throws IOException {
    for (StoredSnapshot snapshot : snapshots) {
      walk.walk(snapshot.table());
    }
  }

  private long count(Reference node, int level) throws IOException {
    var place = Relocations.OldPlace.of(node.place());
    Long known = chunksBeneath.get(place);
    if (known != null) {
      return known;
    }
    List<Reference> children = nodes.read(node, level).present();
    long chunks = level == 0 ? children.size() : 0;
    if (level > 0) {
      for (Reference child : children) {
        chunks += count(child, level - 1);
      }
    }
    chunksBeneath.put(place, chunks);
    return chunks;
  }
}
