package atoll.cli.client;

import atoll.cli.JsonOption;
import atoll.keystone.Account.Named;
import atoll.objectstore.CertificateFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where the service is and who asks it: options and variables as OpenStack's clients have them. Not
 * shown in the help of each command, which would have more of them than of its own.
 */
final class CloudOptions {
  /** For the help of each command. */
  static final String WHO =
      "The service and who asks it are OS_AUTH_URL and so on, as 'source DIR/openrc' or your Keystone's file sets them.";

  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(20);

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(names = "--os-auth-url", hidden = true, defaultValue = "${env:OS_AUTH_URL:-}")
  private String authUrl = "";

  @Option(names = "--os-token", hidden = true, defaultValue = "${env:OS_TOKEN:-}")
  private String token = "";

  @Option(names = "--os-username", hidden = true, defaultValue = "${env:OS_USERNAME:-}")
  private String userName = "";

  @Option(names = "--os-password", hidden = true, defaultValue = "${env:OS_PASSWORD:-}")
  private String password = "";

  @Option(names = "--os-user-domain-id", hidden = true, defaultValue = "${env:OS_USER_DOMAIN_ID:-}")
  private String userDomainId = "";

  @Option(
      names = "--os-user-domain-name",
      hidden = true,
      defaultValue = "${env:OS_USER_DOMAIN_NAME:-}")
  private String userDomainName = "";

  @Option(names = "--os-project-name", hidden = true, defaultValue = "${env:OS_PROJECT_NAME:-}")
  private String projectName = "";

  @Option(names = "--os-project-id", hidden = true, defaultValue = "${env:OS_PROJECT_ID:-}")
  private String projectId = "";

  @Option(
      names = "--os-project-domain-id",
      hidden = true,
      defaultValue = "${env:OS_PROJECT_DOMAIN_ID:-}")
  private String projectDomainId = "";

  @Option(
      names = "--os-project-domain-name",
      hidden = true,
      defaultValue = "${env:OS_PROJECT_DOMAIN_NAME:-}")
  private String projectDomainName = "";

  @Option(names = "--os-region-name", hidden = true, defaultValue = "${env:OS_REGION_NAME:-}")
  private String region = "";

  @Option(names = "--os-cacert", hidden = true, defaultValue = "${env:OS_CACERT:-}")
  private String certificates = "";

  @Mixin private JsonOption json = new JsonOption();

  private CommandSpec command() {
    if (command == null) {
      throw new IllegalStateException("not run from a command line");
    }
    return command;
  }

  /** Where answers go. */
  PrintWriter out() {
    return command().commandLine().getOut();
  }

  /** Whether the answer is to be JSON. */
  boolean isJson() {
    return json.isAsked();
  }

  /** Complains of what was typed. */
  ParameterException refused(String complaint) {
    return new ParameterException(command().commandLine(), complaint);
  }

  /** Logs in. */
  Cloud login() throws IOException, InterruptedException {
    if (authUrl.isEmpty()) {
      throw refused("where is the service? 'source DIR/openrc' says it, or OS_AUTH_URL");
    }
    if (token.isEmpty() && (userName.isEmpty() || password.isEmpty())) {
      throw refused("who asks? OS_USERNAME and OS_PASSWORD say it, or OS_TOKEN");
    }
    HttpClient.Builder http = HttpClient.newBuilder().connectTimeout(CONNECT_PATIENCE);
    if (!certificates.isEmpty()) {
      http.sslContext(CertificateFile.tls(Path.of(certificates)));
    }
    HttpClient client = http.build();
    try {
      return Cloud.login(client, authUrl, identity(), region);
    } catch (IOException | InterruptedException | RuntimeException e) {
      client.shutdownNow();
      throw e;
    }
  }

  private ObjectNode identity() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ObjectNode auth = body.putObject("auth");
    ObjectNode identity = auth.putObject("identity");
    if (token.isEmpty()) {
      identity.putArray("methods").add("password");
      ObjectNode user = identity.putObject("password").putObject("user");
      user.put("name", userName).put("password", password);
      putDomain(user, userDomainName, userDomainId);
    } else {
      identity.putArray("methods").add("token");
      identity.putObject("token").put("id", token);
    }
    if (!projectId.isEmpty()) {
      auth.putObject("scope").putObject("project").put("id", projectId);
    } else if (!projectName.isEmpty()) {
      ObjectNode project = auth.putObject("scope").putObject("project").put("name", projectName);
      putDomain(project, projectDomainName, projectDomainId);
    }
    return body;
  }

  private static void putDomain(ObjectNode whose, String name, String id) {
    Named domain = Named.domain(name, id);
    whose.putObject("domain").put(domain.key(), domain.value());
  }
}
