package atoll.api.own;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpException;
import atoll.http.Response;
import atoll.model.Owner;
import atoll.model.ProjectId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Lists in pages: {@code limit} things that come after the one of the id {@code after}. */
final class Lists {
  /** The most things of one page, which is also how many come if no limit is given. */
  static final int LIMIT_MAX = 1000;

  private Lists() {}

  /** A page of things with numbers for ids, in their order. */
  static <T> Response numbered(
      Call call,
      String path,
      List<T> all,
      ToLongFunction<T> id,
      Function<T, Map<String, Object>> shown) {
    String text = call.query("after");
    long after = text == null ? 0 : number("after", text);
    int limit = limit(call);
    List<T> found = all.stream().filter(one -> id.applyAsLong(one) > after).toList();
    List<T> page = found.subList(0, Math.min(limit, found.size()));
    String next = found.size() > limit ? Long.toString(id.applyAsLong(page.getLast())) : null;
    return answer(call, path, page.stream().map(shown).toList(), next);
  }

  /**
   * The answer of a page.
   *
   * @param next after which thing the next page begins; null if this is the last
   */
  static Response answer(
      Call call, String path, List<Map<String, Object>> items, @Nullable String next) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("items", items);
    answer.put("next", next == null ? null : url(call, path, next));
    return Response.json(200, answer);
  }

  private static String url(Call call, String path, String after) {
    var url = new StringBuilder(call.request().baseUrl()).append(OwnApi.PREFIX).append(path);
    url.append("?after=").append(after);
    call.request()
        .query()
        .forEach((name, values) -> {
          if (!name.equals("after")) {
            url.append('&')
                .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                .append('=')
                .append(URLEncoder.encode(values.getLast(), StandardCharsets.UTF_8));
          }
        });
    return url.toString();
  }

  /** How many things the page is to have. */
  static int limit(Call call) {
    String text = call.query("limit");
    if (text == null) {
      return LIMIT_MAX;
    }
    long limit = number("limit", text);
    if (limit < 1) {
      throw new HttpException(400, "limit must be at least 1");
    }
    return (int) Math.min(LIMIT_MAX, limit);
  }

  private static long number(String name, String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new HttpException(400, name + " must be a whole number, not negative");
    }
    return Long.parseLong(text);
  }

  /**
   * Whose things a list shows: the caller's project's; an admin sees everybody's, or those of the
   * project that {@code project_id} names. Null for everybody's.
   */
  static @Nullable ProjectId whose(Call call) {
    if (!call.caller().isAdmin()) {
      return call.caller().project();
    }
    String named = call.query("project_id");
    if (named == null) {
      return null;
    }
    UUID id = OpenStackId.parse(named);
    if (id == null) {
      throw new HttpException(400, "project_id must be the id of a project");
    }
    return new ProjectId(id);
  }

  /** To whom what a call makes belongs. */
  static Owner owner(Call call) {
    if (call.caller().project() == null) {
      throw new HttpException(400, "the token is for no project, to which this could belong");
    }
    return call.caller().owner();
  }
}
