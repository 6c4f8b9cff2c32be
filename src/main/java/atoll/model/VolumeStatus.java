package atoll.model;

/** What is being done with a volume. */
public enum VolumeStatus {
  /** Its content is being copied in; not usable yet. */
  CREATING,
  /** Attached to nothing. */
  AVAILABLE,
  /** Being plugged into an instance. */
  ATTACHING,
  /** Attached to an instance, running or not. */
  IN_USE,
  /** Being unplugged. */
  DETACHING,
  /** Its content could not be made; can be deleted. */
  ERROR
}
