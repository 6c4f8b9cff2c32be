/**
 * The qcow2 format: single layers to read ({@link Qcow2Image}), chains of them by their backing
 * file names ({@link Qcow2Chain}), and new layers ({@link Qcow2Writer}).
 *
 * <p>Follows QEMU docs/interop/qcow2, versions 2 and 3, and QEMU's own limits where the document
 * sets none. Of internal snapshots the disk is read, never the machine state. Never read: encrypted
 * images and those with an external data file.
 */
@NullMarked
package atoll.format.qcow2;

import org.jspecify.annotations.NullMarked;
