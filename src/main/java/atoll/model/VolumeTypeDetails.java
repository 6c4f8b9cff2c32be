package atoll.model;

import java.util.Map;

/**
 * A volume type with what an administrator says of it.
 *
 * @param extraSpecs by key
 */
public record VolumeTypeDetails(VolumeType type, Map<String, String> extraSpecs) {
  public VolumeTypeDetails {
    extraSpecs = Map.copyOf(extraSpecs);
  }
}
