package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.ListParameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How a page of a list is answered. */
final class Lists {
  private Lists() {}

  /**
   * A page, with where the next one is if there may be one.
   *
   * @param name of the list in the answer
   * @param links the name of what says where the next page is
   * @param path where the list is, below the project
   * @param shown how one thing is shown
   * @param id of one thing
   */
  static <T> Map<String, Object> page(
      Call call,
      String name,
      String links,
      String path,
      List<T> found,
      Function<T, Map<String, Object>> shown,
      Function<T, Object> id) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put(name, found.stream().map(shown).toList());
    if (!found.isEmpty()) {
      String last = id.apply(found.getLast()).toString();
      String next = ListParameters.next(call, Links.to(call, path), found.size(), last);
      if (next != null) {
        answer.put(links, List.of(Map.of("rel", "next", "href", next)));
      }
    }
    return answer;
  }
}
