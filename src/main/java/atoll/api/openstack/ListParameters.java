package atoll.api.openstack;

import atoll.http.HttpException;
import atoll.model.Page;
import atoll.model.Page.Sort;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list a call asks for, and in which order: {@code limit}, {@code marker}, {@code
 * offset}, {@code sort}, and the older {@code sort_key} and {@code sort_dir}.
 *
 * <p>Source: Block Storage API v3, "Pagination" and "Sort".
 */
public final class ListParameters {
  /** The most things of one page, which is also how many come if no limit is given. */
  public static final int LIMIT_MAX = 1000;

  private ListParameters() {}

  /**
   * The page.
   *
   * @param keys what can be sorted by, by the name that clients use
   * @param first what is sorted by if the call does not say; downwards
   * @param notFound the refusal of a marker that is no id
   * @throws HttpException with 400 if a parameter makes no sense
   */
  public static <K extends Enum<K>> Page<K> page(
      Call call, Map<String, K> keys, K first, RuntimeException notFound) {
    return new Page<>(order(call, keys, first), marker(call, notFound), offset(call), limit(call));
  }

  private static int limit(Call call) {
    return (int) Math.min(LIMIT_MAX, number(call, "limit", LIMIT_MAX));
  }

  private static int offset(Call call) {
    long offset = number(call, "offset", 0);
    if (offset > Integer.MAX_VALUE) {
      throw new HttpException(400, "offset param must be in range [0, %d]".formatted(1L << 31));
    }
    return (int) offset;
  }

  private static long number(Call call, String name, long otherwise) {
    String text = call.query(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      boolean negative = text.matches("-[0-9]{1,18}");
      throw new HttpException(
          400, negative ? name + " param must be positive" : name + " param must be an integer");
    }
    return Long.parseLong(text);
  }

  private static @Nullable UUID marker(Call call, RuntimeException notFound) {
    String text = call.query("marker");
    if (text == null) {
      return null;
    }
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw notFound;
    }
    return id;
  }

  private static <K extends Enum<K>> List<Sort<K>> order(Call call, Map<String, K> keys, K first) {
    String sort = call.query("sort");
    String key = call.query("sort_key");
    String direction = call.query("sort_dir");
    if (sort != null && (key != null || direction != null)) {
      throw new HttpException(
          400,
          "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with"
              + " the 'sort' parameter.");
    }
    if (sort == null) {
      K by = key == null ? first : known(key, keys);
      return List.of(new Sort<>(by, descending(direction)));
    }
    var order = new ArrayList<Sort<K>>();
    for (String part : sort.split(",", -1)) {
      String[] words = part.strip().split(":", 2);
      order.add(new Sort<>(known(words[0], keys), descending(words.length < 2 ? null : words[1])));
    }
    return order;
  }

  private static <K extends Enum<K>> K known(String name, Map<String, K> keys) {
    K key = keys.get(name);
    if (key == null) {
      throw new HttpException(400, "Invalid input received: Invalid sort key: %s".formatted(name));
    }
    return key;
  }

  private static boolean descending(@Nullable String direction) {
    if (direction == null || direction.isEmpty() || direction.equals("desc")) {
      return true;
    }
    if (direction.equals("asc")) {
      return false;
    }
    throw new HttpException(
        400, "Invalid input received: Unknown sort direction, must be 'asc' or 'desc'.");
  }

  /**
   * Where the page after this one is; null if this one is the last.
   *
   * @param lastId of this page
   */
  public static @Nullable String next(Call call, String url, int size, String lastId) {
    if (size == 0 || size < limit(call)) {
      return null;
    }
    var query = new StringBuilder();
    call.request()
        .query()
        .forEach((name, values) -> {
          if (!name.equals("marker") && !name.equals("offset")) {
            values.forEach(value -> append(query, name, value));
          }
        });
    append(query, "marker", lastId);
    return url + "?" + query;
  }

  private static void append(StringBuilder query, String name, String value) {
    query
        .append(query.isEmpty() ? "" : "&")
        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }
}
