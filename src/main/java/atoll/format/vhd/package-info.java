/**
 * The VHD format: single files to read ({@link VhdImage}), chains of differencing files ({@link
 * VhdChain}), new files ({@link VhdWriter}, {@link FixedVhdWriter}), and the bundles that XenServer
 * and OpenStack exchange ({@link XenBundle}).
 *
 * <p>Follows Microsoft's "Virtual Hard Disk Image Format Specification", version 1.0 of October 11,
 * 2006, and QEMU's block/vpc.c for what a disk's size is. VHDX is another format and not read. What
 * is read, written and refused is in docs/vhd.md.
 */
@NullMarked
package atoll.format.vhd;

import org.jspecify.annotations.NullMarked;
