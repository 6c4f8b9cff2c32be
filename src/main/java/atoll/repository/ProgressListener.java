package atoll.repository;

/** Hears how far a long piece of work is; called often, from any of its threads, must be quick. */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE = (_, _) -> {};

  /** {@code doneBytes} of {@code totalBytes} are done. */
  void progressed(long doneBytes, long totalBytes);
}
