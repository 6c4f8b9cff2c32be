package atoll.model;

/**
 * How much of something there may be, and is.
 *
 * @param limit {@link #UNLIMITED}, or a number of things or of GiB
 * @param used of the same
 */
public record Quota(long limit, long used) {
  /** There may be any number. */
  public static final long UNLIMITED = -1;
}
