package atoll.format.vhd;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a differencing disk says of its parent: not to be trusted.
 *
 * <p>Source: Virtual Hard Disk Image Format Specification 1.0, "Identification of the Parent Hard
 * Disk Image".
 *
 * @param id the unique id in the parent's footer
 * @param changedAt when the parent was last written to
 * @param names names of the parent's file without folders, the best first, each once
 */
public record VhdParent(UUID id, Instant changedAt, List<String> names) {
  public VhdParent {
    names = List.copyOf(names);
  }
}
