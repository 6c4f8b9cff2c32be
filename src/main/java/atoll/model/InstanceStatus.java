package atoll.model;

/** What an instance is doing. */
public enum InstanceStatus {
  /** Its machine does not run. */
  STOPPED,
  /** Its disks are being made ready and its machine started. */
  STARTING,
  /** Its machine runs. */
  RUNNING,
  /** Its machine is being ended. */
  STOPPING
}
