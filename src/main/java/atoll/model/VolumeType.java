package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A kind of volume that an administrator offers.
 *
 * @param isPublic whether every project may use it
 * @param qosSpecs what it is associated with
 * @param updatedAt null if it was never changed
 */
public record VolumeType(
    VolumeTypeId id,
    String name,
    String description,
    boolean isPublic,
    @Nullable QosSpecsId qosSpecs,
    Instant createdAt,
    @Nullable Instant updatedAt) {
  /** Of volumes for which no type was named; it is always there. */
  public static final VolumeTypeId DEFAULT =
      VolumeTypeId.of("6f7bf8e9-6c5e-4c9b-9b0c-61a3a1ab6f01");
}
