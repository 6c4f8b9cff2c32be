package atoll.format.qcow2;

/**
 * A persistent dirty bitmap: an image's own note of what was written to it since some time. Only
 * that it is there is told here, not which bits are set.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Bitmaps".
 *
 * @param name no other of the image has it
 * @param granularityBytes how much of the disk a bit stands for; a power of two, at least 512
 * @param inUse it was not saved when the image was last written to, so its bits are worth nothing
 * @param auto writes to the image are to be noted in it
 */
public record DirtyBitmap(String name, long granularityBytes, boolean inUse, boolean auto) {}
