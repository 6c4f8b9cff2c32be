package atoll.repository;

/**
 * What opens a repository: the secret of a key file, or a passphrase. To be closed as soon as
 * nothing is to be opened with it any more: its memory is then overwritten.
 *
 * <p>It is never part of a message, of a log, or of what {@code toString} says.
 */
public sealed interface RepositorySecret extends AutoCloseable permits RepositoryKey, Passphrase {
  /** Which kind of key it is. */
  KeyKind kind();

  /** Overwrites the secret; it opens nothing any more. */
  @Override
  void close();
}
