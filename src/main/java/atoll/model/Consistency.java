package atoll.model;

/** How whole a point in time is as the guest sees it. */
public enum Consistency {
  /** As after a power cut: what the guest had flushed is there. */
  CRASH,
  /** The guest's file systems were frozen. */
  FILE_SYSTEM
}
