/**
 * Block images over the NBD protocol, to read: what a snapshot holds becomes a disk that QEMU,
 * nbdkit and the kernel know how to attach.
 *
 * <p>Knows images, not where they come from. Start with {@link NbdServer}; a client's way is {@link
 * Connection}, {@link Handshake}, {@link Transmission}. What of the protocol is there: docs/nbd.md.
 */
@NullMarked
package atoll.nbd;

import org.jspecify.annotations.NullMarked;
