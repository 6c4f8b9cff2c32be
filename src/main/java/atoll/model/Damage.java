package atoll.model;

import org.jspecify.annotations.Nullable;

/**
 * What of a repository is not as it was written, and what cannot be read because of that.
 *
 * @param objectKey the object it lies in
 * @param offsetBytes where in it
 * @param problem what was expected and found
 * @param range what cannot be read; null if nothing needs it
 */
public record Damage(String objectKey, long offsetBytes, String problem, @Nullable Range range) {
  /**
   * A range of a point in time.
   *
   * @param lengthBytes {@link Long#MAX_VALUE} if all of it
   */
  public record Range(PointId point, long offsetBytes, long lengthBytes) {}
}
