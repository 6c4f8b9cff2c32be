/**
 * The door to what runs machines: start them, find them again, change their disks while they run.
 *
 * <p>Knows files and machines, not volumes in a database or repositories. Start with {@link
 * Hypervisor}; {@code hypervisor.qemu} is the one kind there is. Nothing here decides: the engine
 * does.
 */
@NullMarked
package atoll.hypervisor;

import org.jspecify.annotations.NullMarked;
