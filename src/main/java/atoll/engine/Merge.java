package atoll.engine;

import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.PointId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A way to make a chain shorter.
 *
 * <p>Between two layers of a chain lies a boundary: the point in time that the lower one ends with.
 * A boundary is <em>kept</em> while its point waits for a backup, or is the volume's base point,
 * which the next backup is written against. All others may go, and with each a layer:
 *
 * <ul>
 *   <li>A {@link Pull} copies frozen deltas upwards into a newer frozen one. It disturbs nobody,
 *       but copies the older, larger delta each time.
 *   <li>A {@link Commit} writes the lowest delta down into the base, for good. Takes must cancel
 *       it, so it is kept for deltas that have become large, and for chains that nothing else makes
 *       shorter.
 * </ul>
 *
 * <p>At rest a chain is: the base, one delta that ends with the base point, and the layer that is
 * written to.
 */
sealed interface Merge {
  /** How many layers a chain has at rest. */
  int LAYERS_AT_REST = 3;

  /** The layers that will be gone. */
  List<Layer> removed();

  /**
   * Copies {@code removed}, which lie directly beneath {@code upper}, into it; {@code base} stays
   * beneath.
   */
  record Pull(Layer base, List<Layer> removed, Layer upper) implements Merge {}

  /**
   * Writes {@code lower} into {@code base}, directly beneath it; {@code top} is the top of the
   * chain.
   */
  record Commit(Layer base, Layer lower, Layer top) implements Merge {
    @Override
    public List<Layer> removed() {
      return List.of(lower);
    }
  }

  /**
   * What is known of a chain when its next merge is decided.
   *
   * @param chain the linked layers, base first; the last is written to, or is the last content of a
   *     detached volume
   * @param waiting the points that wait for their backup
   * @param basePoint the volume's newest point in the repository
   * @param pinned layers that must stay as they are
   * @param large whether a delta is large enough to be committed
   */
  record Situation(
      List<Layer> chain,
      Set<PointId> waiting,
      @Nullable PointId basePoint,
      Set<LayerId> pinned,
      Predicate<Layer> large) {

    private boolean kept(int boundary) {
      PointId point = chain.get(boundary).point();
      return point != null && (waiting.contains(point) || point.equals(basePoint));
    }

    private boolean free(int from, int to) {
      return chain.subList(from, to + 1).stream()
          .noneMatch(layer -> pinned.contains(layer.id()) || layer.merging());
    }
  }

  /** The merge to do next, if any. */
  static Optional<Merge> next(Situation now) {
    int top = now.chain.size() - 1;
    if (top < 2) {
      return Optional.empty();
    }
    boolean canCommit = !now.kept(0) && !waits(now, 1) && now.free(0, 1);
    if (canCommit && now.large.test(now.chain.get(1))) {
      return Optional.of(commit(now));
    }
    for (int first = 1; first < top - 1; first++) {
      Optional<Merge> pull = pull(now, first, top);
      if (pull.isPresent()) {
        return pull;
      }
    }
    return canCommit && now.chain.size() > LAYERS_AT_REST
        ? Optional.of(commit(now))
        : Optional.empty();
  }

  private static boolean waits(Situation now, int boundary) {
    PointId point = now.chain.get(boundary).point();
    return point != null && now.waiting.contains(point);
  }

  private static Merge commit(Situation now) {
    return new Commit(now.chain.get(0), now.chain.get(1), now.chain.getLast());
  }

  /**
   * The longest pull that begins with the layer {@code first}, stays beneath the top, and needs no
   * pinned layer.
   */
  private static Optional<Merge> pull(Situation now, int first, int top) {
    var removed = new ArrayList<Layer>();
    int upper = first;
    while (upper + 1 < top && !now.kept(upper) && now.free(upper, upper + 1)) {
      removed.add(now.chain.get(upper));
      upper++;
    }
    return removed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Pull(now.chain.get(first - 1), List.copyOf(removed), now.chain.get(upper)));
  }
}
