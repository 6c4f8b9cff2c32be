package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.BlockImage;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What becomes of chunks, compared with looking at every byte. */
final class ChunkPlanTest {
  private static final int CHUNK = 16 << 10;
  private static final List<Extent.Kind> KINDS = List.of(Extent.Kind.values());

  /** An image that has extents and nothing else. */
  private record Extents(List<Extent> extents) implements BlockImage {
    @Override
    public long sizeBytes() {
      return extents.getLast().endBytes();
    }

    @Override
    public void read(long offsetBytes, ByteBuffer destination) {
      throw new IllegalStateException("a plan reads no data");
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
        throws IOException {
      for (Extent extent : extents) {
        visitor.visit(extent);
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void everyByteIsRespected() throws IOException {
    for (int seed = 0; seed < 3000; seed++) {
      var random = new SplittableRandom(seed);
      var extents = new Extents(randomExtents(random));
      for (boolean hasParent : new boolean[] {false, true}) {
        assertThat(planned(extents, hasParent))
            .as("seed %d, parent %s: %s", seed, hasParent, extents)
            .isEqualTo(expected(extents, hasParent));
      }
    }
  }

  private static List<Extent> randomExtents(SplittableRandom random) {
    var extents = new ArrayList<Extent>();
    long at = 0;
    Extent.Kind last = null;
    for (int i = random.nextInt(1, 12); i > 0; i--) {
      Extent.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      if (kind == last) {
        continue;
      }
      long length =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(1, 600);
            case 1 -> CHUNK - at % CHUNK;
            case 2 -> random.nextLong(1, 3) * CHUNK;
            default -> random.nextInt(1, 5 * CHUNK);
          };
      extents.add(new Extent(at, length, kind));
      at += length;
      last = kind;
    }
    return extents;
  }

  private static String planned(Extents image, boolean hasParent) throws IOException {
    var shape = new TableShape(image.sizeBytes(), CHUNK);
    var plan = new char[(int) shape.chunks()];
    Arrays.fill(plan, '.');
    long dataBytes =
        ChunkPlan.visit(
            image,
            shape,
            hasParent,
            new ChunkPlan.Visitor() {
              @Override
              public void read(long first, long end) {
                Arrays.fill(plan, (int) first, (int) end, 'r');
              }

              @Override
              public void zero(long first, long end) {
                Arrays.fill(plan, (int) first, (int) end, '0');
              }
            });
    long expectedBytes =
        image.extents.stream()
            .filter(extent -> extent.kind() == Extent.Kind.DATA)
            .mapToLong(Extent::lengthBytes)
            .sum();
    assertThat(dataBytes).isEqualTo(expectedBytes);
    return new String(plan);
  }

  private static String expected(Extents image, boolean hasParent) {
    int chunks = (int) new TableShape(image.sizeBytes(), CHUNK).chunks();
    var plan = new StringBuilder();
    for (long chunk = 0; chunk < chunks; chunk++) {
      long from = chunk * CHUNK;
      List<Extent.Kind> kinds =
          image.extents.stream()
              .filter(e -> e.offsetBytes() < from + CHUNK && e.endBytes() > from)
              .map(Extent::kind)
              .distinct()
              .toList();
      boolean hasData = kinds.contains(Extent.Kind.DATA);
      boolean isMixed = kinds.size() == 2 && !hasData;
      boolean isZero = kinds.equals(List.of(Extent.Kind.ZERO));
      plan.append(hasData || (hasParent && isMixed) ? 'r' : hasParent && isZero ? '0' : '.');
    }
    return plan.toString();
  }
}
