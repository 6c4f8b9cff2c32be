package atoll.api.operations;

import atoll.engine.Engine;
import atoll.http.Api;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.HttpMetrics;
import atoll.http.Request;
import atoll.http.Response;
import atoll.http.Routes;
import atoll.model.Alert;
import atoll.model.Causes;
import atoll.model.ProjectId;
import atoll.model.Usage;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /healthz} and {@code /metrics}, open to whoever reaches the port: they say how much there
 * is, not what.
 *
 * <p>Source: Prometheus, "Text-based format".
 */
public final class OperationsApi implements Api {
  private static final Logger LOG = LoggerFactory.getLogger(OperationsApi.class);

  private final Engine engine;
  private final HttpMetrics calls;
  private final Routes<Supplier<Response>> routes = new Routes<>();

  /** Over an engine, and the calls that the server has counted. */
  public OperationsApi(Engine engine, HttpMetrics calls) {
    this.engine = engine;
    this.calls = calls;
    routes.add(HttpMethod.GET, "/healthz", this::health);
    routes.add(HttpMethod.GET, "/metrics", this::metrics);
  }

  @Override
  public String prefix() {
    return "";
  }

  @Override
  public Response answer(Request request) {
    try {
      return answered(request);
    } catch (UncheckedIOException e) {
      LOG.warn("{}: {}", request.id(), Causes.inOneLine(e));
      return Response.text(503, "the database does not answer\n");
    }
  }

  private Response answered(Request request) {
    return switch (routes.match(request.method(), request.path())) {
      case Routes.Match.Found<Supplier<Response>>(var route, _) -> route.target().get();
      case Routes.Match.OtherMethod<Supplier<Response>> _ ->
          throw new HttpException(405, "The method is not allowed here.");
      case Routes.Match.NotFound<Supplier<Response>> _ ->
          throw new HttpException(404, "There is nothing at /" + String.join("/", request.path()));
    };
  }

  /** It answers, and so does its database. */
  private Response health() {
    Usage _ = engine.inventory().volumesOf(null); // looks into a small table
    return Response.text(200, "ok\n");
  }

  private Response metrics() {
    var text = new StringBuilder();
    type(text, "atoll_http_requests_total", "counter");
    calls.forEach((key, count, _) ->
        line(text, "atoll_http_requests_total", labels(key), String.valueOf(count)));
    type(text, "atoll_http_request_seconds_total", "counter");
    calls.forEach((key, _, seconds) ->
        line(text, "atoll_http_request_seconds_total", labels(key), String.valueOf(seconds)));
    usage(text, "volume", engine.inventory().volumesOf(null));
    usage(text, "snapshot", engine.inventory().snapshotsOf((ProjectId) null));
    usage(text, "backup", engine.backups().usage(null));
    counts(text, "atoll_tasks", engine.taskCounts());
    counts(
        text,
        "atoll_alerts",
        engine.alerts().list().stream()
            .collect(Collectors.groupingBy(Alert::kind, Collectors.counting())));
    return Response.text(200, text.toString())
        .with("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  }

  private static String labels(HttpMetrics.Key key) {
    return "{api=\"%s\",method=\"%s\",status=\"%d\"}"
        .formatted(key.api(), key.method(), key.status());
  }

  private static void usage(StringBuilder text, String kind, Usage usage) {
    type(text, "atoll_" + kind + "s", "gauge");
    line(text, "atoll_" + kind + "s", "", String.valueOf(usage.count()));
    type(text, "atoll_" + kind + "_bytes", "gauge");
    line(text, "atoll_" + kind + "_bytes", "", String.valueOf(usage.bytes()));
  }

  private static <K extends Enum<K>> void counts(
      StringBuilder text, String name, Map<K, Long> counts) {
    type(text, name, "gauge");
    new TreeMap<>(counts)
        .forEach(
            (kind, count) -> line(text, name, "{kind=\"" + kind + "\"}", String.valueOf(count)));
  }

  private static void type(StringBuilder text, String name, String type) {
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder text, String name, String labels, String value) {
    text.append(name).append(labels).append(' ').append(value).append('\n');
  }
}
