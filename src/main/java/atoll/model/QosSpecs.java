package atoll.model;

import java.util.Map;

/**
 * How much of a storage the volumes of some types may use.
 *
 * @param name which is unique
 * @param specs such as {@code read_iops_sec}
 */
public record QosSpecs(
    QosSpecsId id, String name, QosConsumer consumer, Map<String, String> specs) {
  public QosSpecs {
    specs = Map.copyOf(specs);
  }

  /** What they can be sorted by. */
  public enum Key {
    CREATED_AT,
    NAME,
    ID
  }
}
