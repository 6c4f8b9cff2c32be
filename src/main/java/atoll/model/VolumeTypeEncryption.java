package atoll.model;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the volumes of a type were wished to be encrypted.
 *
 * @param updatedAt null if it was never changed
 */
public record VolumeTypeEncryption(
    VolumeTypeId type, UUID id, Spec spec, Instant createdAt, @Nullable Instant updatedAt) {
  /** Who encrypts. */
  public enum Location {
    /** The host that attaches the volume. */
    FRONT_END,
    /** The storage. */
    BACK_END
  }

  /**
   * The wish.
   *
   * @param provider who knows the format, such as {@code luks}
   */
  public record Spec(
      String provider,
      @Nullable String cipher,
      @Nullable Integer keySizeBits,
      Location controlLocation) {}
}
