package atoll.repository;

import org.jspecify.annotations.Nullable;

/**
 * The map from a volume's chunks to where they lie.
 *
 * @param root absent if the volume is all zeros
 */
record PointerTable(TableShape shape, @Nullable Reference root) {
  ContentDigest contentDigest() {
    return ContentDigest.of(shape, root == null ? null : root.digest());
  }

  int depth() {
    return shape.depth();
  }
}
