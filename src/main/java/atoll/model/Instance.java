package atoll.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A machine, running or not.
 *
 * @param channels names of virtio-serial ports besides the guest agent's
 * @param fault why it last stopped against its owner's will
 */
public record Instance(
    InstanceId id,
    Owner owner,
    String name,
    int memoryMib,
    int cpus,
    List<String> channels,
    InstanceStatus status,
    @Nullable String fault,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant deletedAt) {
  public Instance {
    channels = List.copyOf(channels);
  }
}
