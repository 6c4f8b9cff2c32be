package atoll.repository;

/** Hears how far a collection is; called often, from one thread at a time, must be quick. */
@FunctionalInterface
public interface CollectionListener {
  /** Hears nothing. */
  CollectionListener NONE = (_, _, _) -> {};

  /** What a collection does, one after the other. */
  enum Phase {
    /** Finds what is in use; counts tables. */
    MARK,
    /** Waits for writers that were at work; counts them. */
    WAIT,
    /** Finds what is in use by now; counts tables. */
    MARK_AGAIN,
    /** Writes what is in use in packs to be removed into new ones; counts packs. */
    MOVE,
    /** Removes packs; counts them. */
    REMOVE
  }

  /** {@code done} of {@code total} are done. */
  void progressed(Phase phase, long done, long total);
}
