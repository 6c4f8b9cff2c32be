/**
 * The VHD format: single files to read ({@link VhdImage}), chains of differencing files ({@link
 * VhdChain}), and new files ({@link VhdWriter}, {@link FixedVhdWriter}).
 *
 * <p>Follows Microsoft's "Virtual Hard Disk Image Format Specification", version 1.0 of October 11,
 * 2006, and QEMU's block/vpc.c for what a disk's size is. VHDX is another format and not read.
 */
@NullMarked
package atoll.format.vhd;

import org.jspecify.annotations.NullMarked;
