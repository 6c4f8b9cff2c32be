package atoll.repository;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a pointer table from another by copying the paths to what changes.
 *
 * <p>Changes come in the order of chunks. One node of each level is open: the path to the chunk
 * changed last. When a change lies behind an open node, the node is closed: if it has become
 * another one it is written, and its reference put into the node above. So what is held is depth ×
 * 256 references, only nodes on the paths are read, and a removed range costs the nodes on its two
 * edges whatever its length.
 *
 * <p>A table that is higher than the one it is made from begins with the old root as child 0 of
 * nodes that are open from the start.
 */
final class TableWriter {
  /** Where nodes are read from. */
  @FunctionalInterface
  interface NodeSource {
    Node read(Reference node, int level) throws IOException;
  }

  /** Where nodes are written to. */
  @FunctionalInterface
  interface NodeSink {
    Reference write(int level, Digest digest, @Nullable Reference[] children) throws IOException;
  }

  /** A node of the path. */
  private static final class Open {
    private final long firstChunk;
    private final @Nullable Reference[] children;
    private boolean changed;

    private Open(long firstChunk, @Nullable Reference[] children) {
      this.firstChunk = firstChunk;
      this.children = children;
    }
  }

  private final TableShape shape;
  private final int depth;
  private final NodeSource source;
  private final NodeSink sink;
  private final Sha256 sha256 = new Sha256();
  private final @Nullable Open[] path;
  private @Nullable Reference root;
  private long next;

  /** Begins with {@code base}, or with zeros alone; the volume is not shorter than its. */
  TableWriter(TableShape shape, @Nullable PointerTable base, NodeSource source, NodeSink sink) {
    this.shape = shape;
    this.depth = shape.depth();
    this.source = source;
    this.sink = sink;
    this.path = new @Nullable Open[depth];
    if (base == null) {
      return;
    }
    if (base.shape().sizeBytes() > shape.sizeBytes()) {
      throw new IllegalArgumentException(
          "a volume of %d bytes cannot follow one of %d"
              .formatted(shape.sizeBytes(), base.shape().sizeBytes()));
    }
    if (base.depth() == depth || base.root() == null) {
      root = base.root();
    } else {
      raise(base.depth(), base.root());
    }
  }

  private void raise(int oldDepth, Reference oldRoot) {
    for (int level = depth - 1; level >= oldDepth; level--) {
      var open = new Open(0, new @Nullable Reference[Node.FAN_OUT]);
      open.changed = true;
      path[level] = open;
      if (level == oldDepth) {
        open.children[0] = oldRoot;
      }
    }
  }

  /** From now on {@code chunk} is this one. */
  void put(long chunk, Reference reference) throws IOException {
    advance(chunk, chunk + 1);
    closeBehind(chunk);
    for (int level = depth - 1; level >= 0; level--) {
      if (!open(level, chunk)) {
        long first = chunk - chunk % TableShape.span(level + 1);
        path[level] = new Open(first, new @Nullable Reference[Node.FAN_OUT]);
      }
    }
    set(opened(0), TableShape.slot(chunk, 0), reference);
  }

  /** From now on the chunks from {@code first} up to {@code end} are zeros. */
  void remove(long first, long end) throws IOException {
    advance(first, end);
    long chunk = first;
    while (chunk < end) {
      closeBehind(chunk);
      chunk = Math.min(end, removeAt(chunk, end));
    }
  }

  /** Ends the writing and gives the table. */
  PointerTable finish() throws IOException {
    closeBehind(Long.MAX_VALUE);
    return new PointerTable(shape, root);
  }

  /**
   * Removes the largest child that begins at {@code chunk} and ends before {@code end}; gives the
   * first chunk behind it, or behind all that is not there anyway.
   */
  private long removeAt(long chunk, long end) throws IOException {
    int target = largestChildAt(chunk, end);
    for (int level = depth - 1; level >= target; level--) {
      if (!open(level, chunk)) {
        long span = TableShape.span(level + 1);
        return (chunk / span + 1) * span;
      }
    }
    Open node = opened(target);
    if (target > 0 && path[target - 1] != null) {
      Arrays.fill(path, 0, target, null); // nodes open within the child: they begin at the chunk
      node.changed = true;
    }
    set(node, TableShape.slot(chunk, target), null);
    return chunk + TableShape.span(target);
  }

  /** The highest level with a child that begins at {@code chunk} and ends before {@code end}. */
  private int largestChildAt(long chunk, long end) {
    long allowed = end == shape.chunks() ? Long.MAX_VALUE : end; // nothing lies behind the volume
    int level = 0;
    while (level < depth - 1
        && chunk % TableShape.span(level + 1) == 0
        && chunk + TableShape.span(level + 1) <= allowed) {
      level++;
    }
    return level;
  }

  private void advance(long first, long end) {
    if (first < next || end > shape.chunks() || first >= end) {
      throw new IllegalStateException(
          "change of chunks %d to %d of %d after %d".formatted(first, end, shape.chunks(), next));
    }
    next = end;
  }

  /** Opens the node of {@code level} that stands for a chunk, if it is there. */
  private boolean open(int level, long chunk) throws IOException {
    if (path[level] != null) {
      return true;
    }
    Reference reference =
        level == depth - 1 ? root : opened(level + 1).children[TableShape.slot(chunk, level + 1)];
    if (reference == null) {
      return false;
    }
    long first = chunk - chunk % TableShape.span(level + 1);
    path[level] = new Open(first, source.read(reference, level).children());
    return true;
  }

  private Open opened(int level) {
    Open open = path[level];
    if (open == null) {
      throw new IllegalStateException("no node of level " + level + " is open");
    }
    return open;
  }

  private static void set(Open node, int slot, @Nullable Reference child) {
    if (!Objects.equals(node.children[slot], child)) {
      node.children[slot] = child;
      node.changed = true;
    }
  }

  /** Closes the open nodes that do not stand for {@code chunk}, the lowest first. */
  private void closeBehind(long chunk) throws IOException {
    for (int level = 0; level < depth; level++) {
      Open open = path[level];
      if (open != null && chunk - open.firstChunk >= TableShape.span(level + 1)) {
        close(level, open);
      }
    }
  }

  private void close(int level, Open node) throws IOException {
    path[level] = null;
    if (!node.changed) {
      return;
    }
    Reference written = isEmpty(node) ? null : write(level, node);
    if (level == depth - 1) {
      root = written;
    } else {
      set(opened(level + 1), TableShape.slot(node.firstChunk, level + 1), written);
    }
  }

  private Reference write(int level, Open node) throws IOException {
    return sink.write(level, Node.digest(sha256, level, node.children), node.children);
  }

  private static boolean isEmpty(Open node) {
    for (Reference child : node.children) {
      if (child != null) {
        return false;
      }
    }
    return true;
  }
}
