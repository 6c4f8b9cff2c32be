package atoll.model;

/** Where the content of a point in time is. */
public enum PointState {
  /** In the layers of its volume, on one host. */
  ON_PRIMARY,
  /** In the repository, as a whole. */
  BACKED_UP,
  /** Being removed from the repository. */
  DROPPING,
  /** Nowhere: nothing wanted it any more. */
  DROPPED
}
