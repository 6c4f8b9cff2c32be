package atoll.engine;

/** Hears of each {@link Step} that is passed: for trials that end the process there. */
@FunctionalInterface
public interface Steps {
  /** Hears nothing. */
  Steps NONE = _ -> {};

  /** The calling thread has passed {@code step}. */
  void passed(Step step);
}
