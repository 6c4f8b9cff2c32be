/** Trials of the object stores, and the store that fails on command. */
@NullMarked
package atoll.objectstore;

import org.jspecify.annotations.NullMarked;
