package atoll.hypervisor;

import atoll.model.VolumeId;

/** Something that happened to a machine by itself. */
public sealed interface MachineEvent {
  /**
   * The CPUs were stopped because {@code node} failed; {@code noSpace} if its file system is full.
   */
  record DiskFailed(String node, boolean noSpace) implements MachineEvent {}

  /** The guest has let go of a disk, asked to or by itself. */
  record DiskUnplugged(VolumeId volume) implements MachineEvent {}

  /** The guest powered off by itself; the process ends. */
  record GuestShutDown() implements MachineEvent {}

  /** The guest was reset by itself; it boots anew, in the same process. */
  record GuestReset() implements MachineEvent {}

  /** The process has ended, or no longer answers; the last event. */
  record Ended() implements MachineEvent {}
}
