package atoll.db;

import static atoll.db.Columns.micros;

import atoll.model.InstanceId;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.Period;
import atoll.model.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * A list of rows that fit a filter, in pages.
 *
 * <p>Rows that are the same in what they are sorted by are sorted by when they were made, then by
 * their id. So an index that ends with these two gives any page without sorting, and what a page
 * costs does not depend on where in the list it is.
 *
 * <p>A page begins after the row of its marker, found by that row's own values and not by counting:
 * rows that come or go in between move nothing. A condition whose value is null is none.
 */
final class Listing {
  private final Handle handle;
  private final String table;
  private final String alias;
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<Key> order = new ArrayList<>();
  private String leading = "";
  private String joins = "";
  private String columns;

  private record Key(String column, boolean descending) {
    String comparison() {
      return descending ? "<" : ">";
    }
  }

  /** Of the rows of {@code table}, called {@code alias} in conditions. */
  Listing(Handle handle, String table, String alias) {
    this.handle = handle;
    this.table = table;
    this.alias = alias;
    this.columns = alias + ".*";
  }

  /** Selects columns of other tables, too. */
  Listing join(String moreColumns, String clauses) {
    columns = columns + ", " + moreColumns;
    joins = " " + clauses;
    return this;
  }

  /**
   * Only rows that belong to one of a few rows of another table, which are found first, however
   * little a database knows of how few they are.
   */
  Listing ledBy(String tableAndAlias, String condition) {
    leading = tableAndAlias + " cross join ";
    return where(condition);
  }

  /** Only rows of which this holds. */
  Listing where(String condition) {
    conditions.add(condition);
    return this;
  }

  /** Only rows of which this holds, with a value, as text, in place of its one {@code %s}. */
  Listing where(String condition, Object value) {
    return where(condition.formatted(bound(value.toString())));
  }

  /** Only rows with this value, as text. */
  Listing equal(String column, @Nullable Object value) {
    return value == null ? this : where(column + " = " + bound(value.toString()));
  }

  /** Only rows where a yes or no is this. */
  Listing flag(String column, @Nullable Boolean value) {
    return value == null ? this : where(column + " = " + bound(value ? 1 : 0));
  }

  /** Only rows with one of some values; with any, if there is none. */
  Listing in(String column, List<String> some) {
    return some.isEmpty()
        ? this
        : where(
            column + " in (" + String.join(", ", some.stream().map(this::bound).toList()) + ")");
  }

  /** Only rows with a time in a period. */
  Listing within(String column, Period period) {
    return compare(column, ">", period.after())
        .compare(column, ">=", period.from())
        .compare(column, "<=", period.until())
        .compare(column, "<", period.before());
  }

  private Listing compare(String column, String comparison, @Nullable Instant time) {
    return time == null ? this : where(column + " " + comparison + " " + bound(micros(time)));
  }

  /** Only rows whose owner noted all of this. */
  Listing metadata(String idColumn, Map<String, String> wanted) {
    wanted.forEach((name, value) ->
        where(
            "%s in (select m.subject from metadata m where m.kind = '%s' and m.name = %s and m.value = %s)"
                .formatted(idColumn, MetadataKind.USER, bound(name), bound(value))));
    return this;
  }

  /** Only volumes, called {@code v}, that an instance has or that are reserved for it. */
  Listing attachedTo(@Nullable InstanceId instance) {
    if (instance == null) {
      return this;
    }
    String id = bound(instance.toString());
    return ledBy(
        """
        (select volume_id from attachments where instance_id = %s
          union select id from volumes where reserved_for = %s) own
        """
            .formatted(id, id)
            .strip(),
        "own.volume_id = v.id");
  }

  /** Sorts by a column after those given before. */
  private void sort(String column, boolean descending) {
    if (order.stream().noneMatch(key -> key.column.equals(column))) {
      order.add(new Key(column, descending));
    }
  }

  private String bound(Object value) {
    String name = "v" + values.size();
    values.put(name, value);
    return ":" + name;
  }

  /**
   * The rows of a page; empty if there is no row of its marker.
   *
   * @param column of the table, for each key that a page can be sorted by; never null in a row
   */
  <K extends Enum<K>, T> List<T> page(
      Page<K> page, Function<K, String> column, RowMapper<T> mapper) {
    for (Page.Sort<K> sort : page.order()) {
      sort(column.apply(sort.key()), sort.descending());
    }
    boolean descending = order.isEmpty() || order.getLast().descending;
    sort("created_at", descending);
    sort("id", descending);
    if (page.marker() != null) {
      Map<String, Object> after = markerRow(page.marker());
      if (after.isEmpty()) {
        return List.of();
      }
      where(after(after));
    }
    var by = new ArrayList<String>();
    for (Key key : order) {
      by.add(alias + "." + key.column + (key.descending ? " desc" : " asc"));
    }
    return query(
            "select %s from %s%s %s%s%s order by %s limit %s offset %s"
                .formatted(
                    columns,
                    leading,
                    table,
                    alias,
                    joins,
                    conditions(),
                    String.join(", ", by),
                    bound(page.limit()),
                    bound(page.offset())))
        .map(mapper)
        .list();
  }

  /** How many rows there are on all pages. */
  long count() {
    return query(
            "select count(*) from %s%s %s%s%s"
                .formatted(leading, table, alias, joins, conditions()))
        .mapTo(Long.class)
        .one();
  }

  /** The sums of two columns, of which the second is of bytes. */
  Usage usage(String thingsColumn, String bytesColumn) {
    return query(
            "select coalesce(sum(%s), 0), coalesce(sum(%s), 0) from %s %s%s%s"
                .formatted(thingsColumn, bytesColumn, table, alias, joins, conditions()))
        .map((row, _) -> new Usage(row.getLong(1), row.getLong(2)))
        .one();
  }

  private Query query(String sql) {
    return handle.createQuery(sql).bindMap(values);
  }

  private String conditions() {
    return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
  }

  private Map<String, Object> markerRow(UUID marker) {
    return handle
        .createQuery("select * from " + table + " where id = :id")
        .bind("id", marker.toString())
        .mapToMap()
        .findOne()
        .orElse(Map.of());
  }

  /**
   * The first key is beyond the marker's, or it is the same and the second is, and so on. Where all
   * go the same way that is one comparison, which an index finds at once; else the index finds
   * where the first key is the marker's.
   */
  private String after(Map<String, Object> marker) {
    var columns = new ArrayList<String>();
    var values = new ArrayList<String>();
    for (Key key : order) {
      columns.add(alias + "." + key.column);
      values.add(bound(Objects.requireNonNull(marker.get(key.column))));
    }
    Key first = order.getFirst();
    if (order.stream().allMatch(key -> key.descending == first.descending)) {
      return "(%s) %s (%s)"
          .formatted(String.join(", ", columns), first.comparison(), String.join(", ", values));
    }
    var ways = new ArrayList<String>();
    var same = new ArrayList<String>();
    for (int i = 0; i < order.size(); i++) {
      same.add(columns.get(i) + " " + order.get(i).comparison() + " " + values.get(i));
      ways.add("(" + String.join(" and ", same) + ")");
      same.set(i, columns.get(i) + " = " + values.get(i));
    }
    return "%s %s= %s and (%s)"
        .formatted(
            columns.getFirst(), first.comparison(), values.getFirst(), String.join(" or ", ways));
  }
}
