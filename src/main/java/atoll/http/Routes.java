package atoll.http;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which path leads where. A template is a path with parameters in braces that each stand for one
 * segment: {@code /volumes/{volume_id}/action}. A segment that is named wins over a parameter.
 *
 * <p>To be filled by one thread; then it may be asked by any.
 *
 * @param <T> where a route leads
 */
public final class Routes<T> {
  private final Node<T> root = new Node<>();
  private final List<Route<T>> all = new ArrayList<>();

  /** One way. */
  public record Route<T>(HttpMethod method, String template, T target) {}

  /** Where a call goes. */
  public sealed interface Match<T> {
    /** To this route; {@code parameters} are what its template's parameters stand for. */
    record Found<T>(Route<T> route, Map<String, String> parameters) implements Match<T> {}

    /** There is such a path, with other methods. */
    record OtherMethod<T>(Set<HttpMethod> allowed) implements Match<T> {}

    /** There is no such path. */
    record NotFound<T>() implements Match<T> {}
  }

  private static final class Node<T> {
    final Map<String, Node<T>> named = new HashMap<>();
    @Nullable Node<T> parameter;
    final Map<HttpMethod, Route<T>> routes = new EnumMap<>(HttpMethod.class);
  }

  /** Adds a way; GET is also the way of HEAD. */
  public Routes<T> add(HttpMethod method, String template, T target) {
    var route = new Route<>(method, template, target);
    Node<T> node = root;
    for (String segment : Request.segments(template)) {
      if (segment.startsWith("{")) {
        if (node.parameter == null) {
          node.parameter = new Node<>();
        }
        node = node.parameter;
      } else {
        node = node.named.computeIfAbsent(segment, _ -> new Node<>());
      }
    }
    if (node.routes.putIfAbsent(method, route) != null) {
      throw new IllegalStateException("two routes for " + method + " " + template);
    }
    all.add(route);
    return this;
  }

  /** All ways, in the order they were added. */
  public List<Route<T>> all() {
    return List.copyOf(all);
  }

  /** Finds the way of a path. */
  public Match<T> match(HttpMethod method, List<String> path) {
    Node<T> node = find(root, path, 0);
    if (node == null) {
      return new Match.NotFound<>();
    }
    Route<T> route = node.routes.get(method == HttpMethod.HEAD ? HttpMethod.GET : method);
    return route == null
        ? new Match.OtherMethod<>(Set.copyOf(node.routes.keySet()))
        : new Match.Found<>(route, parameters(route, path));
  }

  private static <T> @Nullable Node<T> find(Node<T> node, List<String> path, int depth) {
    if (depth == path.size()) {
      return node.routes.isEmpty() ? null : node;
    }
    Node<T> named = node.named.get(path.get(depth));
    if (named != null) {
      Node<T> found = find(named, path, depth + 1);
      if (found != null) {
        return found;
      }
    }
    return node.parameter == null || path.get(depth).isEmpty()
        ? null
        : find(node.parameter, path, depth + 1);
  }

  private static Map<String, String> parameters(Route<?> route, List<String> path) {
    var parameters = new HashMap<String, String>();
    List<String> template = Request.segments(route.template());
    for (int i = 0; i < template.size(); i++) {
      String segment = template.get(i);
      if (segment.startsWith("{")) {
        parameters.put(segment.substring(1, segment.length() - 1), path.get(i));
      }
    }
    return parameters;
  }
}
