package atoll.cli.client;

import atoll.keystone.Account;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A service that somebody has logged in to: its own API, call by call. */
final class Cloud implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient http;
  private final String url;
  private final String token;

  private Cloud(HttpClient http, String url, String token) {
    this.http = http;
    this.url = url;
    this.token = token;
  }

  /**
   * Logs in, and finds Atoll's own API in the catalog.
   *
   * @param authUrl of Identity, with or without {@code /v3} at its end
   * @param identity the body of the call for a token
   * @param region where the API is to be; empty for any
   * @throws IOException if the service does not answer, refuses, or has no such API
   */
  static Cloud login(HttpClient http, String authUrl, ObjectNode identity, String region)
      throws IOException, InterruptedException {
    URI uri = Account.tokens(authUrl);
    HttpResponse<InputStream> answer =
        send(
            http,
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(identity)))
                .build());
    JsonNode body = read(answer);
    String token = answer.headers().firstValue("X-Subject-Token").orElse("");
    for (JsonNode service : body.path("token").path("catalog")) {
      for (JsonNode endpoint : service.path("endpoints")) {
        boolean fits =
            service.path("type").asString("").equals("atoll")
                && endpoint.path("interface").asString("").equals("public")
                && (region.isEmpty() || endpoint.path("region").asString("").equals(region));
        if (fits) {
          return new Cloud(http, endpoint.path("url").asString(), token);
        }
      }
    }
    throw new IOException("the catalog of " + authUrl + " has no service 'atoll' in the region");
  }

  /** What there is at a path. */
  JsonNode get(String path) throws IOException, InterruptedException {
    return read(send(request(url + path).build()));
  }

  /** All items of a list, page by page. */
  List<JsonNode> list(String path) throws IOException, InterruptedException {
    var items = new ArrayList<JsonNode>();
    String next = url + path;
    while (next != null) {
      JsonNode page = read(send(request(next).build()));
      page.path("items").forEach(items::add);
      next = page.path("next").asString(null);
    }
    return items;
  }

  /**
   * Does something.
   *
   * @param body null for none
   * @return the answer; a missing node if there is none
   */
  JsonNode post(String path, @Nullable ObjectNode body) throws IOException, InterruptedException {
    HttpRequest.Builder request = request(url + path);
    if (body == null) {
      request.POST(HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    }
    return read(send(request.build()));
  }

  /** Deletes what is at a path. */
  void delete(String path) throws IOException, InterruptedException {
    read(send(request(url + path).DELETE().build()));
  }

  /** The lines of a stream, to be closed. */
  BufferedReader lines(String path) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer = send(request(url + path).build());
    if (answer.statusCode() >= 300) {
      read(answer);
    }
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).header("X-Auth-Token", token);
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    return send(http, request);
  }

  private static HttpResponse<InputStream> send(HttpClient http, HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new IOException("nothing answers at " + request.uri(), e);
    }
  }

  /** What was answered, or why it was refused. */
  private static JsonNode read(HttpResponse<InputStream> answer) throws IOException {
    byte[] body;
    try (InputStream in = answer.body()) {
      body = in.readAllBytes();
    }
    JsonNode read;
    try {
      read = body.length == 0 ? JSON.missingNode() : JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IOException(
          "%s answered %d with what is no JSON".formatted(answer.uri(), answer.statusCode()), e);
    }
    if (answer.statusCode() >= 300) {
      String said =
          read.path("detail").asString(read.path("error").path("message").asString("no reason"));
      throw new RefusedByCloudException(answer.statusCode(), said);
    }
    return read;
  }

  @Override
  public void close() {
    http.shutdownNow(); // a stream may be open still
  }
}
