package atoll.objectstore.swift;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;

/** Swift's own way of logging in, version 1: by user and key. */
public record TempAuthLogin(URI authUrl, String user, String key) implements SwiftLogin {
  @Override
  public SwiftSession begin(SwiftHttp http) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(authUrl)
            .header("X-Auth-User", user)
            .header("X-Auth-Key", key)
            .GET()
            .build();
    String what = "log in at " + authUrl + " as " + user;
    HttpResponse<ByteBuffer> answer = http.send(what, request);
    if (answer.statusCode() == 401 || answer.statusCode() == 403) {
      throw new WrongCredentialsException(what + ": refused; look at ST_AUTH, ST_USER and ST_KEY");
    }
    SwiftErrors.requireSuccess(what, answer);
    return new SwiftSession(
        URI.create(SwiftErrors.header(what, answer, "X-Storage-Url")),
        SwiftErrors.header(what, answer, "X-Auth-Token"));
  }

  @Override
  public String toString() {
    return user + " at " + authUrl;
  }
}
