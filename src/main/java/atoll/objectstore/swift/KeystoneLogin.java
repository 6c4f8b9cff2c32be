package atoll.objectstore.swift;

import atoll.keystone.Account;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
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
    URI authUrl, Account account, @Nullable String region, String endpointInterface)
    implements SwiftLogin {
  @Override
  public SwiftSession begin(SwiftHttp http) throws IOException {
    byte[] body = JsonMapper.shared().writeValueAsBytes(Map.of("auth", account.auth()));
    HttpRequest request =
        HttpRequest.newBuilder(Account.tokens(authUrl.toString()))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    String what = "log in at " + authUrl + " as " + account;
    HttpResponse<ByteBuffer> answer = http.send(what, request);
    if (answer.statusCode() == 401) {
      throw new WrongCredentialsException(
          what + ": refused; look at OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and their domains");
    }
    SwiftErrors.requireSuccess(what, answer);
    return new SwiftSession(
        endpoint(what, answer.body()), SwiftErrors.header(what, answer, "X-Subject-Token"));
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
    return account + " at " + authUrl;
  }
}
