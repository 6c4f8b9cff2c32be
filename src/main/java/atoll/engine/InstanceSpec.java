package atoll.engine;

import atoll.model.Owner;
import java.util.List;

/**
 * An instance to be made.
 *
 * @param channels names of virtio-serial ports besides the guest agent's: letters, digits, dots and
 *     dashes
 */
public record InstanceSpec(
    Owner owner, String name, int memoryMib, int cpus, List<String> channels) {
  public InstanceSpec {
    channels = List.copyOf(channels);
    if (memoryMib < 16 || cpus < 1) {
      throw new RefusedException(
          new Refusal.Invalid(
              "an instance needs at least 16 MiB and one CPU, not %d MiB and %d"
                  .formatted(memoryMib, cpus)));
    }
    for (String channel : channels) {
      if (!channel.matches("[A-Za-z0-9.-]{1,64}")) {
        throw new RefusedException(new Refusal.Invalid("no name for a channel: " + channel));
      }
    }
  }
}
