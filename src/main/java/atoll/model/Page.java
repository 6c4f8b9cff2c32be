package atoll.model;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is wanted, and in which order.
 *
 * @param order the most important first; ids decide at last
 * @param marker the id of the last one of the page before
 * @param offset how many to leave out at the beginning
 * @param limit how many at most
 */
public record Page<K extends Enum<K>>(
    List<Sort<K>> order, @Nullable UUID marker, int offset, int limit) {
  public Page {
    order = List.copyOf(order);
  }

  /** One thing to sort by. */
  public record Sort<K extends Enum<K>>(K key, boolean descending) {}
}
