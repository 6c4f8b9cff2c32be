package atoll.model;

/**
 * Names a layer: one qcow2 file of a volume's chain. Counts up and is never used twice on a host.
 */
public record LayerId(long value) {
  public LayerId {
    if (value < 1) {
      throw new IllegalArgumentException("layer " + value);
    }
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
