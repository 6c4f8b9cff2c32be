/**
 * Objects under names: the directory, and by {@link RemoteObjectStore} Swift and S3, that a
 * repository lies in.
 *
 * <p>Knows nothing of what the objects are. Start with {@link ObjectStore}; docs/object-stores.md
 * says what is asked of a store.
 */
@NullMarked
package atoll.objectstore;

import org.jspecify.annotations.NullMarked;
