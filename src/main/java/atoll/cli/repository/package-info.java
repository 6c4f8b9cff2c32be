/**
 * {@code atoll repository}: a repository opened by itself, without a service or a database. With
 * the key and the store everything can be read, written and cleaned up from here.
 *
 * <p>Each command is a class; what they share is {@link atoll.cli.repository.RepositoryOptions}.
 */
@NullMarked
package atoll.cli.repository;

import org.jspecify.annotations.NullMarked;
