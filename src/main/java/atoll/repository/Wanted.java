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

  /** The chunk as the table names it. */
  Reference original() {
    return new Reference(reference.digest(), named);
  }

  /** It, where it lies by what the maps say now. */
  Wanted resolved(Relocations relocations) {
    return new Wanted(relocations.resolve(original()), named, chunk);
  }
}
