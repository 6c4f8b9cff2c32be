/**
 * Objects under names: the directory, and later Swift and S3, that a repository lies in.
 *
 * <p>Knows nothing of what the objects are. Start with {@link ObjectStore}. What retries, limits or
 * injects faults is a wrapper that implements the same interface.
 */
@NullMarked
package atoll.objectstore;

import org.jspecify.annotations.NullMarked;
