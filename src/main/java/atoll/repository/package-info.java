/**
 * Chunks, packs and pointer tables: snapshots as they lie in an object store.
 *
 * <p>Knows nothing of volumes, hosts or SQL. Start with {@code Repository}. The layout on the store
 * is docs/repository-format.md; the write order there is what makes a crash harmless.
 */
@NullMarked
package atoll.repository;

import org.jspecify.annotations.NullMarked;
