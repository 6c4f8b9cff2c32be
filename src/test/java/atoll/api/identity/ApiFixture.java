package atoll.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackApi;
import atoll.http.HttpMethod;
import atoll.http.Json;
import atoll.http.Request;
import atoll.http.Response;
import atoll.identity.IdentityFixture;
import atoll.model.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The API on a real database, called without a server. */
final class ApiFixture implements AutoCloseable {
  static final String BASE = "http://cloud.example:8774";

  static final Catalog CATALOG =
      new Catalog(
          Catalog.DEFAULT_REGION,
          List.of(
              new CatalogEntry("volumev3", "cinderv3", "/volume/v3/{project_id}"),
              new CatalogEntry("block-storage", "cinder", "/volume/v3/{project_id}")));

  final IdentityFixture identity;
  final OpenStackApi api;

  ApiFixture(Path folder) throws IOException {
    identity = new IdentityFixture(folder);
    api = IdentityApi.of(identity.identity, CATALOG);
  }

  /** An answer of the API. */
  record Answer(Response response) {
    int status() {
      return response.status();
    }

    JsonNode json() {
      return Json.read(response.body());
    }

    /** The value at a JSON pointer, as text. */
    String text(String pointer) {
      return json().at(pointer).asString();
    }

    /** The names in a list. */
    List<String> names(String list) {
      return json().get(list).valueStream().map(each -> each.get("name").stringValue()).toList();
    }

    Answer expect(int status) {
      assertThat(status())
          .as(new String(response.body(), StandardCharsets.UTF_8))
          .isEqualTo(status);
      return this;
    }
  }

  /** One call. */
  final class Caller {
    private final Map<String, String> headers = new HashMap<>();

    Caller with(String header, String value) {
      headers.put(header.toLowerCase(Locale.ROOT), value);
      return this;
    }

    Answer get(String path) throws InterruptedException {
      return call(HttpMethod.GET, path, "");
    }

    Answer post(String path, String body) throws InterruptedException {
      return call(HttpMethod.POST, path, body);
    }

    Answer patch(String path, String body) throws InterruptedException {
      return call(HttpMethod.PATCH, path, body);
    }

    Answer put(String path) throws InterruptedException {
      return call(HttpMethod.PUT, path, "");
    }

    Answer delete(String path) throws InterruptedException {
      return call(HttpMethod.DELETE, path, "");
    }

    Answer call(HttpMethod method, String pathAndQuery, String body) throws InterruptedException {
      String[] parts = pathAndQuery.split("\\?", 2);
      var query = new LinkedHashMap<String, List<String>>();
      for (String pair : parts.length < 2 ? new String[0] : parts[1].split("&", -1)) {
        String[] both = pair.split("=", 2);
        query.computeIfAbsent(both[0], _ -> new ArrayList<>()).add(both.length < 2 ? "" : both[1]);
      }
      List<String> path =
          parts[0].length() < 2 ? List.of() : List.of(parts[0].substring(1).split("/", -1));
      var request =
          new Request(
              "req-test",
              method,
              BASE,
              "192.0.2.1",
              path,
              query,
              Map.copyOf(headers),
              body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
      return new Answer(api.answer(request));
    }
  }

  /** One who calls without a token. */
  Caller anybody() {
    return new Caller();
  }

  /** One who calls with a token. */
  Caller with(@Nullable String token) {
    return token == null ? anybody() : anybody().with("X-Auth-Token", token);
  }

  /** One who may everything. */
  Caller admin() throws Exception {
    return with(adminToken());
  }

  String adminToken() throws Exception {
    return identity.token(identity.admin(), new Scope.OfProject(identity.adminProject()));
  }

  @Override
  public void close() {
    identity.close();
  }
}
