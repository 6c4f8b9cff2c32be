/** The server before clients of its own, well behaved and not, and before those of others. */
@NullMarked
package atoll.nbd;

import org.jspecify.annotations.NullMarked;
