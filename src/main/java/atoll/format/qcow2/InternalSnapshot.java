package atoll.format.qcow2;

import java.time.Duration;
import java.time.Instant;

/**
 * A snapshot that lies in the image file itself, beside the disk as it is now.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Snapshots".
 *
 * @param id no other of the image has it
 * @param name what its maker called it; several may have the same, or none
 * @param takenAt by the clock of the host
 * @param vmStateBytes length of the machine's memory and devices that were saved with the disk; 0
 *     if none were
 * @param sizeBytes length of the disk at that time, a multiple of 512
 * @param guestClock how long the guest had been running
 */
public record InternalSnapshot(
    String id,
    String name,
    Instant takenAt,
    long vmStateBytes,
    long sizeBytes,
    Duration guestClock) {}
