package atoll.model;

/** What is being done with a volume. */
public enum VolumeStatus {
  /** Its content is being copied in; not usable yet. */
  CREATING,
  /** Attached to nothing. */
  AVAILABLE,
  /** Attached to nothing, and kept for somebody who is about to attach it. */
  RESERVED,
  /** Being plugged into an instance. */
  ATTACHING,
  /** Attached to an instance, running or not. */
  IN_USE,
  /** Being unplugged. */
  DETACHING,
  /** Attached to nothing; waits to get the content of a snapshot of its own back. */
  REVERTING,
  /** Attached to nothing; waits to get the content of a backup. */
  RESTORING,
  /**
   * Offered to other projects, attached to nothing; available again when the offer is taken back.
   */
  AWAITING_TRANSFER,
  /** Its content could not be made; can be deleted. */
  ERROR;

  /** Whether it has content, and waits for other content. */
  public boolean isReplacing() {
    return this == REVERTING || this == RESTORING;
  }

  /** Whether it is attached to nothing and has its content, whoever it is kept for. */
  public boolean isResting() {
    return this == AVAILABLE || this == RESERVED || this == AWAITING_TRANSFER;
  }
}
