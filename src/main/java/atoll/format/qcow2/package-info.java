/**
 * The qcow2 format: single layers to read ({@link Qcow2Image}), chains of them by their backing
 * file names ({@link Qcow2Chain}), and new layers ({@link Qcow2Writer}).
 *
 * <p>Follows QEMU docs/interop/qcow2, versions 2 and 3, and QEMU's own limits where the document
 * sets none: with compressed clusters and extended L2 entries, as the disk is now and as it was at
 * an internal snapshot. Of persistent dirty bitmaps only the directory is read, of a saved machine
 * state nothing. Refused: encrypted images and those with an external data file.
 *
 * <p>Nothing here writes into an image that is there already, so clusters that internal snapshots
 * share with the disk stay as they are.
 */
@NullMarked
package atoll.format.qcow2;

import org.jspecify.annotations.NullMarked;
