/**
 * The door to primary storage: where the layers of volumes lie on this host.
 *
 * <p>Knows files, not machines or repositories. Start with {@link VolumeDriver}; {@code
 * storage.island} keeps layers as qcow2 files on local disks. Which layer is made, merged or
 * removed when is the engine's to decide.
 */
@NullMarked
package atoll.storage;

import org.jspecify.annotations.NullMarked;
