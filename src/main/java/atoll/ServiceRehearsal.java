package atoll;

import atoll.cli.serve.ServiceSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets Java see what a service does at its start and with its first calls; whether those succeed
 * does not matter here.
 */
final class ServiceRehearsal {
  private static final Pattern PASSWORD = Pattern.compile("OS_PASSWORD=(.*)");
  private static final Pattern PROJECT =
      Pattern.compile("\"project\":\\{[^}]*\"id\":\"([0-9a-f]*)\"");

  private final HttpClient http;
  private final String url;
  private @Nullable String token;

  private ServiceRehearsal(HttpClient http, String url) {
    this.http = http;
    this.url = url;
  }

  /** Runs a service in a folder, calls it, and stops it. */
  static void perform(Path folder) throws IOException, InterruptedException {
    ServiceSettings settings = ServiceSettings.in(folder.toAbsolutePath()).withCallsPerSecond(0);
    try (Service service = Service.open(settings);
        HttpClient http = HttpClient.newHttpClient()) {
      Matcher password = PASSWORD.matcher(Files.readString(folder.resolve("openrc")));
      if (password.find()) {
        new ServiceRehearsal(http, service.url()).speak(password.group(1));
      }
    }
  }

  private void speak(String password) throws IOException, InterruptedException {
    call("GET", "/identity/v3", "");
    String body =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin",
          "password": "%s", "domain": {"id": "default"}}}},
          "scope": {"project": {"name": "admin", "domain": {"id": "default"}}}}}
        """
            .formatted(password);
    HttpResponse<String> answer = call("POST", "/identity/v3/auth/tokens", body);
    token = answer.headers().firstValue("X-Subject-Token").orElse("");
    Matcher project = PROJECT.matcher(answer.body());
    String volumes = "/volume/v3/" + (project.find() ? project.group(1) : "") + "/volumes";
    call("GET", "/image", "");
    call(
        "POST",
        volumes,
        "{\"volume\": {\"size\": 1, \"name\": \"v\", \"metadata\": {\"a\": \"b\"}}}");
    call("GET", volumes + "/detail?limit=10&name=v", "");
    call("GET", volumes + "/none", "");
    call("GET", volumes.replace("volumes", "snapshots/detail"), "");
    call("GET", volumes.replace("volumes", "backups/detail"), "");
  }

  private HttpResponse<String> call(String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("X-Auth-Token", token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
