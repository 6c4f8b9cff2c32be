package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A random request that changes a disk of some size. */
final class GuestWrite {
  private static final int CLUSTER = 1 << 16;
  private static final int SECTOR = Volume.SECTOR_BYTES;

  private final Model.Run run;
  private final String command;

  GuestWrite(int sizeBytes, Random random) {
    int kind = random.nextInt(10);
    boolean discard = kind < 2;
    int unit = discard || random.nextInt(3) == 0 ? CLUSTER : SECTOR;
    int from = random.nextInt((sizeBytes + unit - 1) / unit) * unit;
    int units = 1 + random.nextInt(unit == CLUSTER ? 8 : random.nextInt(400) + 1);
    int length = Math.min(units * unit, sizeBytes - from);
    int value = kind < 4 ? 0 : 1 + random.nextInt(255);
    this.run = new Model.Run(from, length, value);
    this.command = verb(kind, value) + " " + from + " " + length;
  }

  private static String verb(int kind, int value) {
    return switch (kind) {
      case 0, 1 -> "discard";
      case 2 -> "write -z";
      case 3 -> "write -z -u";
      default -> "write -P " + value;
    };
  }

  /**
   * Has a guest do it.
   *
   * @param must whether it has to succeed
   * @return what the disk holds afterwards; empty if the guest does not run or has no such disk
   */
  Optional<Model.Run> run(
      IdleGuests guests, InstanceId machine, VolumeId volume, boolean must, List<String> told)
      throws IOException {
    String words;
    try {
      words = guests.io(machine, volume, command);
    } catch (IOException e) {
      if (must) {
        throw e;
      }
      return Optional.empty();
    }
    if (!must && words.contains("failed") && endsBeyond(guests, machine, volume)) {
      return Optional.empty();
    }
    told.add("  guest: %s on %s".formatted(command, volume));
    assertThat(words).as(command).doesNotContain("failed");
    return Optional.of(run);
  }

  /** The volume was extended, and its machine has not heard of it yet. */
  private boolean endsBeyond(IdleGuests guests, InstanceId machine, VolumeId volume)
      throws IOException {
    int last = run.from() + run.length() - SECTOR;
    return guests.io(machine, volume, "read %d %d".formatted(last, SECTOR)).contains("failed");
  }
}
