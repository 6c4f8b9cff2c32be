package atoll.model;

/** Whose notes on a thing they are. */
public enum MetadataKind {
  /** Its owner's. */
  USER,
  /** Those of the image that it came from. */
  IMAGE
}
