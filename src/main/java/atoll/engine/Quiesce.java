package atoll.engine;

/** Whether the guest's file systems are frozen for the instant of a take. */
public enum Quiesce {
  /** They are not: the snapshot is as after a power cut. */
  NONE,
  /** They are if the guest's agent can. */
  PREFERRED,
  /** The take fails if they cannot be. */
  REQUIRED
}
