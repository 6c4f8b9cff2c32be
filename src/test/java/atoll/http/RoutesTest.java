package atoll.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private final Routes<String> routes =
      new Routes<String>()
          .add(HttpMethod.GET, "/v3/{project}/volumes", "list")
          .add(HttpMethod.POST, "/v3/{project}/volumes", "create")
          .add(HttpMethod.GET, "/v3/volumes/{id}", "show")
          .add(HttpMethod.GET, "/v3/{project}/volumes/{id}", "show of project")
          .add(HttpMethod.GET, "/v3/{project}/volumes/detail", "detail")
          .add(HttpMethod.GET, "", "root");

  private Routes.Match<String> match(HttpMethod method, String path) {
    return routes.match(method, Request.segments(path));
  }

  private String target(String path) {
    return match(HttpMethod.GET, path) instanceof Routes.Match.Found<String> found
        ? found.route().target()
        : "none";
  }

  @Test
  void aNamedSegmentWinsOverAParameter() {
    assertThat(target("/v3/p/volumes/detail")).isEqualTo("detail");
    assertThat(target("/v3/p/volumes/other")).isEqualTo("show of project");
  }

  @Test
  void whereTheNamedWayEndsTheParameterIsTried() {
    assertThat(target("/v3/volumes/volumes")).isEqualTo("show");
    assertThat(target("/v3/volumes/volumes/x")).isEqualTo("show of project");
  }

  @Test
  void parametersAreWhatTheyStandFor() {
    Map<String, String> parameters =
        match(HttpMethod.HEAD, "/v3/p%2Fq/volumes/a+b") instanceof Routes.Match.Found<String> found
            ? found.parameters()
            : Map.of();
    assertThat(parameters).isEqualTo(Map.of("project", "p/q", "id", "a+b"));
  }

  @Test
  void aParameterIsNeverEmpty() {
    assertThat(target("/v3//volumes")).isEqualTo("none");
    assertThat(target("/v3/p/volumes/")).isEqualTo("none");
    assertThat(target("/")).isEqualTo("root");
    assertThat(target("")).isEqualTo("root");
  }

  @Test
  void otherMethodsAreTold() {
    assertThat(match(HttpMethod.PUT, "/v3/p/volumes"))
        .isEqualTo(new Routes.Match.OtherMethod<>(Set.of(HttpMethod.GET, HttpMethod.POST)));
  }

  @Test
  void twoRoutesForTheSameAreAMistake() {
    assertThatThrownBy(() -> routes.add(HttpMethod.GET, "/v3/{other}/volumes", "again"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void queriesAreDecodedAndKeepTheirOrder() {
    Map<String, List<String>> parameters = Request.parameters("b=1&a=x+y%26&b=2&c&=z&");
    assertThat(parameters)
        .containsExactly(
            Map.entry("b", List.of("1", "2")),
            Map.entry("a", List.of("x y&")),
            Map.entry("c", List.of("")),
            Map.entry("", List.of("z")));
  }

  @Test
  void whatCannotBeDecodedIsRefused() {
    assertThatThrownBy(() -> Request.segments("/a/%zz"))
        .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400));
    assertThatThrownBy(() -> Request.parameters("a=%1"))
        .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400));
  }
}
