package atoll.model;

import java.time.Instant;

/**
 * A volume in a slot of an instance.
 *
 * @param slot which of the instance's disk slots; decides the order and the address
 * @param bootable whether the instance may boot from it
 */
public record Attachment(
    VolumeId volume, InstanceId instance, int slot, boolean bootable, Instant attachedAt) {}
