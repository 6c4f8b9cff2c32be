package atoll.model;

/** Who is to keep to QoS specs. */
public enum QosConsumer {
  /** The hypervisor. */
  FRONT_END,
  /** The storage. */
  BACK_END,
  BOTH
}
