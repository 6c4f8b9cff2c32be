package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.VolumeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MergeTest {
  private static final VolumeId VOLUME = new VolumeId(new UUID(0, 1));

  private static PointId point(long number) {
    return new PointId(new UUID(1, number));
  }

  private static Layer layer(long id, @Nullable PointId point) {
    return new Layer(new LayerId(id), VOLUME, LayerStatus.LINKED, 1 << 20, point, 1, Instant.EPOCH);
  }

  private static Merge.Situation small(
      List<Layer> chain, Set<PointId> waiting, @Nullable PointId base) {
    return new Merge.Situation(chain, waiting, base, Set.of(), _ -> false);
  }

  @Test
  void aChainAtRestIsLeftAlone() {
    var chain = List.of(layer(1, point(1)), layer(2, point(2)), layer(3, null));
    assertThat(Merge.next(small(chain, Set.of(), point(2)))).isEmpty();
  }

  @Test
  void anOlderDeltaIsPulledIntoTheOneThatEndsWithTheBasePoint() {
    Layer base = layer(1, point(1));
    Layer older = layer(2, point(2));
    Layer newer = layer(3, point(3));
    var chain = List.of(base, older, newer, layer(4, null));
    assertThat(Merge.next(small(chain, Set.of(), point(3))))
        .contains(new Merge.Pull(base, List.of(older), newer));
  }

  @Test
  void manyDeltasArePulledAtOnce() {
    var chain = new ArrayList<Layer>();
    for (int i = 1; i <= 150; i++) {
      chain.add(layer(i, point(i)));
    }
    chain.add(layer(151, null));
    Merge merge = Merge.next(small(chain, Set.of(), point(150))).orElseThrow();
    assertThat(merge.removed()).isEqualTo(chain.subList(1, 149));
  }

  @Test
  void theBoundaryOfAPointThatWaitsIsKept() {
    var chain = List.of(layer(1, point(1)), layer(2, point(2)), layer(3, point(3)), layer(4, null));
    assertThat(Merge.next(small(chain, Set.of(point(2), point(3)), point(1)))).isEmpty();
  }

  @Test
  void pinnedLayersAreLeftAlone() {
    var chain = List.of(layer(1, point(1)), layer(2, point(2)), layer(3, point(3)), layer(4, null));
    var situation =
        new Merge.Situation(chain, Set.of(), point(3), Set.of(new LayerId(2)), _ -> false);
    assertThat(Merge.next(situation)).isEmpty();
  }

  @Test
  void aLargeDeltaIsCommittedIntoTheBase() {
    Layer base = layer(1, point(1));
    Layer delta = layer(2, point(2));
    Layer top = layer(3, null);
    var situation =
        new Merge.Situation(List.of(base, delta, top), Set.of(), point(2), Set.of(), _ -> true);
    assertThat(Merge.next(situation)).contains(new Merge.Commit(base, delta, top));
  }

  @Test
  void aLargeDeltaIsNotCommittedOverThePointTheNextBackupNeeds() {
    var chain = List.of(layer(1, point(1)), layer(2, point(2)), layer(3, null));
    var situation = new Merge.Situation(chain, Set.of(point(2)), point(1), Set.of(), _ -> true);
    assertThat(Merge.next(situation)).isEmpty();
  }

  /**
   * Merges until nothing is left to merge, for random chains: nothing needed is lost, and what
   * remains is bounded.
   */
  @Test
  void mergingEndsWithinTheBoundAndKeepsWhatIsNeeded() {
    long seeds = Boolean.getBoolean("atoll.long") ? 200_000 : 5_000;
    for (long seed = 0; seed < seeds; seed++) {
      mergeAll(seed);
    }
  }

  private static void mergeAll(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int length = random.nextInt(2, 12);
    var chain = new ArrayList<Layer>();
    var waiting = new HashSet<PointId>();
    var pinned = new HashSet<LayerId>();
    PointId base = null;
    int firstWaiting = random.nextInt(length + 1);
    for (int i = 1; i < length; i++) {
      boolean hasPoint = random.nextInt(10) > 0;
      chain.add(layer(i, hasPoint ? point(i) : null));
      if (hasPoint && i < firstWaiting) {
        base = point(i);
      } else if (hasPoint && random.nextInt(4) > 0) {
        waiting.add(point(i));
      }
      if (random.nextInt(12) == 0) {
        pinned.add(new LayerId(i));
      }
    }
    chain.add(layer(length, null));
    var pinnedBefore = Set.copyOf(pinned);
    List<Layer> now = chain;
    for (int steps = 0; steps <= length; steps++) {
      Optional<Merge> merge =
          Merge.next(new Merge.Situation(now, waiting, base, pinned, _ -> random.nextInt(5) == 0));
      if (merge.isEmpty()) {
        break;
      }
      assertThat(steps).as("merges of seed %d", seed).isLessThan(length);
      now = apply(now, merge.get(), pinnedBefore, seed);
    }
    var points = now.stream().map(Layer::point).toList();
    assertThat(points).as("points of seed %d", seed).containsAll(waiting);
    if (base != null) {
      assertThat(points).as("base point of seed %d", seed).contains(base);
    }
    // One more than at rest: a delta directly beneath the top waits for the next take.
    assertThat(now.size())
        .as("length for seed %d: %s", seed, now)
        .isLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1 + waiting.size() + 2 * pinned.size());
  }

  private static List<Layer> apply(List<Layer> chain, Merge merge, Set<LayerId> pinned, long seed) {
    for (Layer removed : merge.removed()) {
      assertThat(pinned).as("seed %d", seed).doesNotContain(removed.id());
      assertThat(removed.id()).as("seed %d", seed).isNotEqualTo(chain.getLast().id());
    }
    var result = new ArrayList<Layer>();
    for (Layer layer : chain) {
      if (merge.removed().contains(layer)) {
        continue;
      }
      boolean takesOver = merge instanceof Merge.Commit commit && commit.base().equals(layer);
      result.add(takesOver ? layer(layer.id().value(), merge.removed().getFirst().point()) : layer);
    }
    return result;
  }
}
