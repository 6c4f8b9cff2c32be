package atoll.model;

/** What is noted on a thing, and by whom. */
public enum MetadataKind {
  /** Its owner's: metadata. */
  USER,
  /** Those of the image that it came from. */
  IMAGE,
  /** An administrator's, on a volume type: its extra specs. */
  EXTRA_SPEC,
  /** An administrator's, on QoS specs: the specs. */
  QOS_SPEC
}
