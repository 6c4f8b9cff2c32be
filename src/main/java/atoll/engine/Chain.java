package atoll.engine;

import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a volume, as the database has them.
 *
 * @param linked the chain, base first
 * @param standby prepared to become the next top
 */
record Chain(List<Layer> linked, @Nullable Layer standby) {
  Chain {
    linked = List.copyOf(linked);
  }

  /** Sorts out all layers of a volume, given oldest first. */
  static Chain of(List<Layer> layers) {
    Layer standby =
        layers.stream()
            .filter(layer -> layer.status() == LayerStatus.STANDBY)
            .findFirst()
            .orElse(null);
    return new Chain(layers.stream().filter(Layer::linked).toList(), standby);
  }

  boolean isEmpty() {
    return linked.isEmpty();
  }

  /** The uppermost layer; only of a chain that is not empty. */
  Layer top() {
    return linked.getLast();
  }

  /** The layer beneath the uppermost one. */
  Optional<Layer> belowTop() {
    return linked.size() < 2 ? Optional.empty() : Optional.of(linked.get(linked.size() - 2));
  }

  /** Whether nothing writes to the top any more: it ends with a point in time. */
  boolean frozen() {
    return !isEmpty() && top().point() != null;
  }

  /** Where in the chain a point in time is: the index of the layer that ends with it, or -1. */
  int indexOf(@Nullable PointId point) {
    if (point == null) {
      return -1;
    }
    for (int i = 0; i < linked.size(); i++) {
      if (point.equals(linked.get(i).point())) {
        return i;
      }
    }
    return -1;
  }

  /** The ids of the chain up to and with {@code index}, base first. */
  List<LayerId> idsUpTo(int index) {
    return linked.subList(0, index + 1).stream().map(Layer::id).toList();
  }

  /** The ids of the whole chain, base first. */
  List<LayerId> ids() {
    return idsUpTo(linked.size() - 1);
  }
}
