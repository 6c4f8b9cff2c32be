package atoll.repository;

import java.util.Objects;

/** A reference to a root node, as manifests and leases write it. */
record ReferenceJson(
    Digest digest, ObjectId pack, ObjectId key, int encoding, long offset, int length) {
  ReferenceJson {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(pack, "pack");
    Objects.requireNonNull(key, "key");
  }

  static ReferenceJson of(Reference reference) {
    Place place = reference.place();
    return new ReferenceJson(
        reference.digest(),
        place.pack(),
        place.key(),
        place.encoding(),
        place.offsetBytes(),
        place.lengthBytes());
  }

  /**
   * The reference.
   *
   * @throws IllegalArgumentException if no record can lie there
   */
  Reference reference() {
    return new Reference(digest, new Place(pack, key, offset, length, encoding));
  }
}
