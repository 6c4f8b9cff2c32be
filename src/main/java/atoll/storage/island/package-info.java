/**
 * Primary storage on this host's own disks: each layer a qcow2 file, each volume a folder.
 *
 * <p>Nothing of a volume is on disk before its first layer is made. Start with {@link Island}.
 */
@NullMarked
package atoll.storage.island;

import org.jspecify.annotations.NullMarked;
