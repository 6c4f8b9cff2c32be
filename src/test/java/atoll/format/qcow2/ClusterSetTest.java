package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClusterSetTest {
  private static final int CLUSTERS = 200_000;

  @Test
  void answersAsAPlainSet() {
    for (int seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var set = new ClusterSet(CLUSTERS);
      var plain = new BitSet(CLUSTERS);
      for (int i = random.nextInt(200); i > 0; i--) {
        int from = random.nextInt(CLUSTERS);
        int to = Math.min(CLUSTERS, from + 1 + random.nextInt(random.nextBoolean() ? 9 : 3000));
        set.add(from, to);
        plain.set(from, to);
      }
      set.seal();
      assertThat(set.count()).as("seed %s", seed).isEqualTo(plain.cardinality());
      for (int i = 0; i < 2000; i++) {
        int from = random.nextInt(CLUSTERS);
        int to = Math.min(CLUSTERS, from + 1 + random.nextInt(200));
        check(set, plain, from, to);
      }
    }
  }

  private static void check(ClusterSet set, BitSet plain, int from, int to) {
    int inRange = plain.get(from, to).cardinality();
    assertThat(set.contains(from)).isEqualTo(plain.get(from));
    assertThat(set.containsAll(from, to)).isEqualTo(inRange == to - from);
    assertThat(set.containsAny(from, to)).isEqualTo(inRange > 0);
    assertThat(set.countBefore(from)).isEqualTo(plain.get(0, from).cardinality());
  }
}
