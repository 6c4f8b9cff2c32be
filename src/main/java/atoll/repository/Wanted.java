package atoll.repository;

/**
 * A chunk to be read, and which one of the volume it is.
 *
 * @param reference it, and where it lies as far as is known
 * @param named where the table says it lies: if it was moved twice, only this may be known to maps
 */
record Wanted(Reference reference, Place named, long chunk) {
  /** A chunk where the table says it lies. */
  Wanted(Reference reference, long chunk) {
    this(reference, reference.place(), chunk);
  }

  /** It, where it lies by what the maps say now. */
  Wanted resolved(Relocations relocations) {
    Reference original = new Reference(reference.digest(), named);
    return new Wanted(relocations.resolve(original), named, chunk);
  }
}
