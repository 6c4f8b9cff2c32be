package atoll.nbd;

import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a server offers, at least one export; the first is the default. */
record Exports(List<NbdExport> all) {
  Exports {
    all = List.copyOf(all);
    var names = new HashSet<String>();
    for (NbdExport export : all) {
      if (!names.add(export.name())) {
        throw new IllegalArgumentException("two exports are named '" + export.name() + "'");
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("no exports");
    }
  }

  /** The export of a name; for the empty name, unless one is called so, the first. */
  @Nullable NbdExport find(String name) {
    for (NbdExport export : all) {
      if (export.name().equals(name)) {
        return export;
      }
    }
    return name.isEmpty() ? all.getFirst() : null;
  }
}
