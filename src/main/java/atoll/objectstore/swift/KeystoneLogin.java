package atoll.objectstore.swift;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Logs in at Keystone, Identity API v3, and finds the object store in its catalogue.
 *
 * @param authUrl with or without {@code /v3} at its end
 * @param endpointInterface public, internal or admin
 */
public record KeystoneLogin(
    URI authUrl, Identity identity, @Nullable String region, String endpointInterface)
    implements SwiftLogin {
  /** Who logs in. */
  public sealed interface Identity {
    /** A user with a password, for a project. */
    record User(String name, String domain, String password, String project, String projectDomain)
        implements Identity {
      @Override
      public String toString() {
        return name + " of " + domain + ", project " + project;
      }
    }

    /** Credentials that a user made for a program; they belong to a project already. */
    record ApplicationCredential(String id, String secret) implements Identity {
      @Override
      public String toString() {
        return "application credential " + id;
      }
    }
  }

  @Override
  public SwiftSession begin(SwiftHttp http) throws IOException {
    String base = authUrl.toString().replaceAll("/+$", "");
    URI tokens = URI.create((base.endsWith("/v3") ? base : base + "/v3") + "/auth/tokens");
    HttpRequest request =
        HttpRequest.newBuilder(tokens)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(JsonMapper.shared().writeValueAsBytes(body())))
            .build();
    String what = "log in at " + authUrl + " as " + identity;
    HttpResponse<ByteBuffer> answer = http.send(what, request);
    if (answer.statusCode() == 401) {
      throw new WrongCredentialsException(
          what + ": refused; look at OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and their domains");
    }
    SwiftErrors.requireSuccess(what, answer);
    return new SwiftSession(
        endpoint(what, answer.body()), SwiftErrors.header(what, answer, "X-Subject-Token"));
  }

  private Map<String, Object> body() {
    var auth = new LinkedHashMap<String, Object>();
    switch (identity) {
      case Identity.User user -> {
        auth.put(
            "identity",
            Map.of(
                "methods",
                List.of("password"),
                "password",
                Map.of(
                    "user",
                    Map.of(
                        "name",
                        user.name(),
                        "domain",
                        Map.of("name", user.domain()),
                        "password",
                        user.password()))));
        auth.put(
            "scope",
            Map.of(
                "project",
                Map.of("name", user.project(), "domain", Map.of("name", user.projectDomain()))));
      }
      case Identity.ApplicationCredential credential ->
          auth.put(
              "identity",
              Map.of(
                  "methods",
                  List.of("application_credential"),
                  "application_credential",
                  Map.of("id", credential.id(), "secret", credential.secret())));
    }
    return Map.of("auth", auth);
  }

  private URI endpoint(String what, ByteBuffer answer) throws IOException {
    try {
      for (JsonNode service :
          JsonMapper.shared().readTree(SwiftErrors.text(answer)).at("/token/catalog")) {
        if (service.path("type").asString("").equals("object-store")) {
          for (JsonNode endpoint : service.path("endpoints")) {
            if (fits(endpoint)) {
              return URI.create(endpoint.path("url").asString(""));
            }
          }
        }
      }
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(what + ": the answer cannot be understood", e);
    }
    throw new IOException(
        "%s: its catalogue has no %s endpoint of an object-store%s; look at OS_INTERFACE and OS_REGION_NAME"
            .formatted(what, endpointInterface, region == null ? "" : " in region " + region));
  }

  private boolean fits(JsonNode endpoint) {
    return endpoint.path("interface").asString("").equals(endpointInterface)
        && (region == null || endpoint.path("region_id").asString("").equals(region));
  }

  @Override
  public String toString() {
    return identity + " at " + authUrl;
  }
}
