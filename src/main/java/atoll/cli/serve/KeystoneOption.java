package atoll.cli.serve;

import atoll.identity.keystone.KeystoneSettings;
import atoll.keystone.Account;
import atoll.keystone.Account.Named;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --keystone} comes to, with the variables of the environment that OpenStack's own
 * clients and services read: no password stands on a command line.
 */
final class KeystoneOption {
  private static final String NAME = "keystone";

  /** What would change as whom to log in, and is not known here. */
  private static final List<String> NOT_SUPPORTED =
      List.of("OS_USER_ID", "OS_DOMAIN_ID", "OS_DOMAIN_NAME", "OS_SYSTEM_SCOPE", "OS_TRUST_ID");

  private final Map<String, String> environment;
  private final List<String> problems;

  /**
   * @param problems gets a line for each thing that is wrong
   */
  KeystoneOption(Map<String, String> environment, List<String> problems) {
    this.environment = Map.copyOf(environment);
    this.problems = problems;
  }

  /**
   * Reads it.
   *
   * @param text the URL; empty for none
   * @param plainHttp whether tokens may cross the network in the open
   * @return null if there is none, or if it makes no sense
   */
  @Nullable KeystoneSettings read(String text, boolean plainHttp) {
    if (text.isEmpty()) {
      return null;
    }
    URI url = url(text, plainHttp);
    Account account = account();
    String certificates = variable("OS_CACERT");
    Path file = certificates.isEmpty() ? null : Path.of(certificates);
    if (file != null && !Files.isReadable(file)) {
      problems.add("OS_CACERT: there is no file to read at " + file);
    }
    return url == null ? null : new KeystoneSettings(url, account, file);
  }

  private @Nullable URI url(String text, boolean plainHttp) {
    URI url;
    try {
      url =
          URI.create(text.replaceFirst("/+$", "").replaceFirst("/v3$", "").replaceFirst("/+$", ""));
    } catch (IllegalArgumentException e) {
      problems.add(NAME + ": not of the form https://HOST:PORT/PATH"); // it may have a password
      return null;
    }
    boolean isPlain = "http".equals(url.getScheme());
    boolean hasForm =
        (isPlain || "https".equals(url.getScheme()))
            && url.getHost() != null
            && url.getRawUserInfo() == null
            && url.getRawQuery() == null
            && url.getRawFragment() == null;
    if (!hasForm) {
      problems.add(NAME + ": not of the form https://HOST:PORT/PATH");
      return null;
    }
    if (isPlain && !plainHttp && !Loopback.is(NAME, url.getHost(), problems)) {
      problems.add(
          NAME
              + ": without TLS, tokens and a password would cross the network in the open; say"
              + " https://, or allow it with --plain-http");
    }
    return url;
  }

  private Account account() {
    String credential = variable("OS_APPLICATION_CREDENTIAL_ID");
    if (!credential.isEmpty()) {
      return new Account.ApplicationCredential(
          credential, needed("OS_APPLICATION_CREDENTIAL_SECRET"));
    }
    for (String name : NOT_SUPPORTED) {
      if (!variable(name).isEmpty()) {
        problems.add(
            NAME
                + ": "
                + name
                + " is not supported; unset it, and say a user's name and a project");
      }
    }
    String projectId = variable("OS_PROJECT_ID");
    return new Account.User(
        needed("OS_USERNAME"),
        domain("OS_USER_DOMAIN"),
        needed("OS_PASSWORD"),
        projectId.isEmpty() ? Named.ofName(needed("OS_PROJECT_NAME")) : Named.ofId(projectId),
        domain("OS_PROJECT_DOMAIN"));
  }

  private Named domain(String variable) {
    return Named.domain(variable(variable + "_NAME"), variable(variable + "_ID"));
  }

  private String needed(String variable) {
    String value = variable(variable);
    if (value.isEmpty()) {
      problems.add(NAME + ": " + variable + " is not set in the environment");
    }
    return value;
  }

  /** One that is empty says nothing. */
  private String variable(String name) {
    return environment.getOrDefault(name, "");
  }
}
