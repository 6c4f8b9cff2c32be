package atoll.db;

import static atoll.db.Columns.micros;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/** Finds rows with a point, deleted ones too, of which something may be new. */
final class Recent {
  /** How many ids one statement names. */
  private static final int IDS_MAX = 500;

  private Recent() {}

  /**
   * Those that were changed since then, those whose content is not in the repository yet, and those
   * of some ids. One may come twice.
   *
   * @param alias the table's in {@code select}, in which its point's is p
   */
  static <T> List<T> rows(
      Handle handle,
      String select,
      String alias,
      Instant since,
      Collection<?> ids,
      RowMapper<T> mapper) {
    List<T> rows =
        new ArrayList<>(
            handle
                .createQuery(select + " where %s.updated_at >= :since".formatted(alias))
                .bind("since", micros(since))
                .map(mapper)
                .list());
    rows.addAll(
        handle
            .createQuery(
                select + " where p.state = 'ON_PRIMARY' and %s.deleted_at is null".formatted(alias))
            .map(mapper)
            .list());
    List<String> all = ids.stream().map(Object::toString).toList();
    for (int i = 0; i < all.size(); i += IDS_MAX) {
      rows.addAll(
          handle
              .createQuery(select + " where %s.id in (<ids>)".formatted(alias))
              .bindList("ids", all.subList(i, Math.min(all.size(), i + IDS_MAX)))
              .map(mapper)
              .list());
    }
    return rows;
  }
}
