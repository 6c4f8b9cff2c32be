package atoll.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume with what its owner sees around it.
 *
 * @param metadata what its owner notes
 * @param imageMetadata what is known of the image that it came from
 * @param attachment where it is attached
 */
public record VolumeDetails(
    Volume volume,
    VolumeType type,
    Map<String, String> metadata,
    Map<String, String> imageMetadata,
    @Nullable Attachment attachment) {
  public VolumeDetails {
    metadata = Map.copyOf(metadata);
    imageMetadata = Map.copyOf(imageMetadata);
  }
}
