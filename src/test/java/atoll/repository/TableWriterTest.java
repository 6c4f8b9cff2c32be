package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Path copying, on nodes in memory. */
final class TableWriterTest {
  private static final int CHUNK = 16 << 10;

  private final Map<Place, byte[]> stored = new HashMap<>();
  private int reads;
  private int writes;

  private TableWriter writer(long chunks, @Nullable PointerTable base) {
    return new TableWriter(new TableShape(chunks * CHUNK, CHUNK), base, this::read, this::write);
  }

  private Node read(Reference node, int level) {
    reads++;
    return Node.parse(Objects.requireNonNull(stored.get(node.place())), level, CHUNK);
  }

  private Reference write(int level, Digest digest, @Nullable Reference[] children) {
    writes++;
    Place place = place(stored.size());
    stored.put(place, Node.encode(level, children));
    return new Reference(digest, place);
  }

  private static Place place(long number) {
    return new Place(new ObjectId(1, number), ObjectId.ZERO, 48, 100, Encoding.ZSTD);
  }

  private static Reference chunk(long content) {
    return new Reference(new Digest(content, 0, 0, 0), place(content + (1L << 40)));
  }

  static long[] seeds() {
    var seeds = new long[Boolean.getBoolean("atoll.long") ? 20_000 : 300];
    Arrays.setAll(seeds, i -> i);
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void copiedTableIsTheOneMadeFromNothing(long seed) throws IOException {
    var random = new SplittableRandom(seed);
    long chunks = random.nextLong(1, 1L << random.nextInt(1, 25));
    var model = new TreeMap<Long, Reference>();
    PointerTable table = writer(chunks, null).finish();
    for (int round = 0; round < 6; round++) {
      chunks += random.nextInt(3) > 0 ? 0 : random.nextLong(1L << random.nextInt(1, 26));
      TableWriter copy = writer(chunks, table);
      change(copy, model, chunks, random);
      table = copy.finish();
      PointerTable fresh = fresh(chunks, model);
      assertThat(table.contentDigest()).as("seed %d", seed).isEqualTo(fresh.contentDigest());
      assertThat(content(table)).as("seed %d", seed).isEqualTo(model);
    }
  }

  private static void change(
      TableWriter table, NavigableMap<Long, Reference> model, long chunks, SplittableRandom random)
      throws IOException {
    long next = 0;
    for (int i = random.nextInt(12); i > 0 && next < chunks; i--) {
      long first = next + random.nextLong(Math.max(1, (chunks - next) / 2));
      if (random.nextInt(3) == 0) {
        long end = first + 1 + random.nextLong(chunks - first);
        table.remove(first, end);
        model.subMap(first, end).clear();
        next = end;
      } else {
        long end = Math.min(chunks, first + 1 + random.nextInt(300));
        for (long chunk = first; chunk < end; chunk++) {
          Reference reference = chunk(random.nextLong(1L << 30));
          table.put(chunk, reference);
          model.put(chunk, reference);
        }
        next = end;
      }
    }
  }

  private PointerTable fresh(long chunks, NavigableMap<Long, Reference> model) throws IOException {
    TableWriter fresh = writer(chunks, null);
    for (Map.Entry<Long, Reference> chunk : model.entrySet()) {
      fresh.put(chunk.getKey(), chunk.getValue());
    }
    return fresh.finish();
  }

  private Map<Long, Reference> content(PointerTable table) {
    var content = new TreeMap<Long, Reference>();
    if (table.root() != null) {
      collect(table.root(), table.depth() - 1, 0, content);
    }
    return content;
  }

  private void collect(Reference reference, int level, long base, Map<Long, Reference> content) {
    Node node = read(reference, level);
    for (int i = 0; i < Node.FAN_OUT; i++) {
      Reference child = node.child(i);
      if (child != null && level == 0) {
        content.put(base + i, child);
      } else if (child != null) {
        collect(child, level - 1, base + i * TableShape.span(level), content);
      }
    }
  }

  @Test
  void onlyChangedPathsAreReadAndWritten() throws IOException {
    TableWriter first = writer(1 << 20, null);
    for (long chunk = 0; chunk < 1 << 20; chunk += 100) {
      first.put(chunk, chunk(chunk));
    }
    PointerTable base = first.finish();
    reads = 0;
    writes = 0;
    TableWriter second = writer(1 << 20, base);
    second.put(300_000, chunk(1));
    second.put(300_001, chunk(2));
    second.finish();
    assertThat(reads).isEqualTo(3);
    assertThat(writes).isEqualTo(3);
  }

  @Test
  void removingAWideRangeReadsOnlyItsEdges() throws IOException {
    TableWriter first = writer(1L << 32, null);
    for (long chunk = 0; chunk < 1L << 32; chunk += 1 << 20) {
      first.put(chunk, chunk(chunk));
      first.put(chunk + 1, chunk(chunk));
    }
    PointerTable base = first.finish();
    reads = 0;
    writes = 0;
    TableWriter second = writer(1L << 32, base);
    second.remove(1, (1L << 32) - (1 << 20) + 1);
    PointerTable table = second.finish();
    assertThat(reads).isLessThanOrEqualTo(7);
    assertThat(content(table)).hasSize(2).containsKey(0L).containsKey((1L << 32) - (1 << 20) + 1);
    reads = 0;
    TableWriter third = writer(1L << 32, base);
    third.remove(0, 1L << 32);
    assertThat(third.finish().root()).isNull();
    assertThat(reads).isEqualTo(1);
  }

  @Test
  void unchangedTableKeepsItsRoot() throws IOException {
    TableWriter first = writer(1000, null);
    first.put(5, chunk(5));
    PointerTable base = first.finish();
    writes = 0;
    TableWriter second = writer(1000, base);
    second.put(5, chunk(5));
    second.remove(6, 1000);
    assertThat(second.finish().root()).isEqualTo(base.root());
    assertThat(writes).isZero();
  }

  @Test
  void changesOutOfOrderAndShorterVolumesAreRefused() throws IOException {
    TableWriter first = writer(1000, null);
    first.put(5, chunk(5));
    assertThatIllegalStateException().isThrownBy(() -> first.put(5, chunk(6)));
    assertThatIllegalStateException().isThrownBy(() -> first.remove(4, 7));
    assertThatIllegalStateException().isThrownBy(() -> first.put(1000, chunk(6)));
    PointerTable base = first.finish();
    assertThatIllegalArgumentException().isThrownBy(() -> writer(999, base));
  }

  @Test
  void garbageIsNoNode() {
    var random = new SplittableRandom(1);
    var children = new @Nullable Reference[Node.FAN_OUT];
    for (int i = 0; i < 256; i += 3) {
      children[i] = chunk(i);
    }
    byte[] good = Node.encode(1, children);
    assertThat(Node.parse(good, 1, CHUNK).children()).isEqualTo(children);
    for (int i = 0; i < 20_000; i++) {
      byte[] bad =
          random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      for (int flips = random.nextInt(3); flips >= 0 && bad.length > 0; flips--) {
        bad[random.nextInt(random.nextBoolean() ? bad.length : Math.min(40, bad.length))] ^=
            (byte) (1 << random.nextInt(8));
      }
      try {
        Node.parse(bad, 1, CHUNK).children();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotNull();
      }
    }
  }
}
