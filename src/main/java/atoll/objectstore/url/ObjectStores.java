package atoll.objectstore.url;

import atoll.keystone.Account;
import atoll.keystone.Account.Named;
import atoll.objectstore.Bandwidth;
import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.ObjectStore;
import atoll.objectstore.RemoteObjectStore;
import atoll.objectstore.StoreClient;
import atoll.objectstore.Traffic;
import atoll.objectstore.s3.S3Bucket;
import atoll.objectstore.s3.S3Credentials;
import atoll.objectstore.s3.S3StoreClient;
import atoll.objectstore.swift.KeystoneLogin;
import atoll.objectstore.swift.SwiftContainer;
import atoll.objectstore.swift.SwiftLogin;
import atoll.objectstore.swift.SwiftSession;
import atoll.objectstore.swift.SwiftStoreClient;
import atoll.objectstore.swift.TempAuthLogin;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens stores by their URLs. Credentials come from the environment variables that the stores' own
 * tools read: those of {@code aws}, and those of {@code swift} and {@code openstack}.
 */
public final class ObjectStores {
  private static final String DEFAULT_REGION = "us-east-1";

  private final Map<String, String> environment;
  private final long bytesPerSecondMax;

  /** Reads {@code environment}, and lets no store transfer more than so much in a second. */
  public ObjectStores(Map<String, String> environment, long bytesPerSecondMax) {
    this.environment = Map.copyOf(environment);
    this.bytesPerSecondMax = bytesPerSecondMax;
  }

  /** Opens a store that must be there. */
  public ObjectStore open(StoreUrl url) throws IOException {
    return switch (url) {
      case StoreUrl.Folder folder ->
          DirectoryObjectStore.open(folder.path(), Bandwidth.of(bytesPerSecondMax));
      case StoreUrl.Remote remote -> {
        Traffic traffic = traffic(remote);
        Duration inFlight = seconds(remote, "in-flight", RemoteObjectStore.IN_FLIGHT_MAX);
        StoreClient client = client(remote, traffic);
        try {
          yield RemoteObjectStore.open(client, remote.prefix(), traffic, inFlight);
        } catch (IOException | RuntimeException e) {
          client.close();
          throw e;
        }
      }
    };
  }

  /** Makes the folder, bucket or container of a store, if it is not there. */
  public void create(StoreUrl url) throws IOException {
    switch (url) {
      case StoreUrl.Folder folder -> Files.createDirectories(folder.path());
      case StoreUrl.Remote remote -> {
        try (StoreClient client = client(remote, traffic(remote))) {
          client.create();
        }
      }
    }
  }

  private Traffic traffic(StoreUrl.Remote url) {
    Integer connections = number(url, "connections");
    String rate = url.parameter("limit-rate");
    return new Traffic(
            connections == null ? Traffic.DEFAULT.connectionsMax() : connections,
            rate == null ? Traffic.UNLIMITED : Rates.parse(rate),
            seconds(url, "timeout", Traffic.DEFAULT.timeout()))
        .limitedTo(bytesPerSecondMax);
  }

  private static Duration seconds(StoreUrl.Remote url, String name, Duration otherwise) {
    Duration said = seconds(url, name);
    return said == null ? otherwise : said;
  }

  private static @Nullable Duration seconds(StoreUrl.Remote url, String name) {
    Integer seconds = number(url, name);
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  private static @Nullable Integer number(StoreUrl.Remote url, String name) {
    String text = url.parameter(name);
    try {
      return text == null ? null : Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + "=" + text + " is no whole number", e);
    }
  }

  private StoreClient client(StoreUrl.Remote url, Traffic traffic) throws IOException {
    Bandwidth bandwidth = Bandwidth.of(traffic.bytesPerSecondMax());
    return switch (url.kind()) {
      case S3 -> S3StoreClient.of(bucket(url, traffic), bandwidth);
      case SWIFT -> SwiftStoreClient.of(container(url, traffic), login(url), bandwidth);
    };
  }

  private S3Bucket bucket(StoreUrl.Remote url, Traffic traffic) {
    String endpoint = first(url.parameter("endpoint"), "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    String region = first(url.parameter("region"), "AWS_REGION", "AWS_DEFAULT_REGION");
    String pathStyle = url.parameter("path-style");
    return new S3Bucket(
        url.container(),
        endpoint == null ? null : uri("endpoint", endpoint),
        region == null && endpoint != null ? DEFAULT_REGION : region,
        credentials(),
        pathStyle == null ? endpoint != null : Boolean.parseBoolean(pathStyle),
        seconds(url, "listing-delay"),
        file("AWS_CA_BUNDLE"),
        traffic);
  }

  private @Nullable S3Credentials credentials() {
    String id = variable("AWS_ACCESS_KEY_ID");
    String secret = variable("AWS_SECRET_ACCESS_KEY");
    return id == null || secret == null
        ? null
        : new S3Credentials(id, secret, variable("AWS_SESSION_TOKEN"));
  }

  private SwiftContainer container(StoreUrl.Remote url, Traffic traffic) {
    return new SwiftContainer(
        url.container(),
        seconds(url, "listing-delay", StoreClient.SWIFT_LISTING_DELAY),
        file("OS_CACERT"),
        traffic);
  }

  private SwiftLogin login(StoreUrl.Remote url) throws IOException {
    if (variable("ST_AUTH") != null) {
      return new TempAuthLogin(
          uri("ST_AUTH", needed("ST_AUTH")), needed("ST_USER"), needed("ST_KEY"));
    }
    String token = variable("OS_AUTH_TOKEN");
    String storageUrl = variable("OS_STORAGE_URL");
    if (token != null && storageUrl != null) {
      return SwiftLogin.given(new SwiftSession(uri("OS_STORAGE_URL", storageUrl), token));
    }
    if (variable("OS_AUTH_URL") == null) {
      throw new IOException(
          "swift://%s: no credentials: set ST_AUTH, ST_USER and ST_KEY, or OS_AUTH_URL and what belongs to it"
              .formatted(url.container()));
    }
    String region = first(url.parameter("region"), "OS_REGION_NAME");
    String endpointInterface = variable("OS_INTERFACE");
    return new KeystoneLogin(
        uri("OS_AUTH_URL", needed("OS_AUTH_URL")),
        account(),
        region,
        endpointInterface == null ? "public" : endpointInterface.replaceFirst("URL$", ""));
  }

  private Account account() throws IOException {
    String credential = variable("OS_APPLICATION_CREDENTIAL_ID");
    if (credential != null) {
      return new Account.ApplicationCredential(
          credential, needed("OS_APPLICATION_CREDENTIAL_SECRET"));
    }
    return new Account.User(
        needed("OS_USERNAME"),
        domain("OS_USER_DOMAIN_NAME"),
        needed("OS_PASSWORD"),
        Named.ofName(needed("OS_PROJECT_NAME")),
        domain("OS_PROJECT_DOMAIN_NAME"));
  }

  private Named domain(String variable) {
    String name = variable(variable);
    return Named.domain(name == null ? "" : name, "");
  }

  private @Nullable Path file(String variable) {
    String file = variable(variable);
    return file == null ? null : Path.of(file);
  }

  private static URI uri(String what, String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s=%s is no URL".formatted(what, text), e);
    }
    throw new IllegalArgumentException(
        "%s=%s: say http://host:port or https://host".formatted(what, text));
  }

  private @Nullable String first(@Nullable String said, String... variables) {
    if (said != null) {
      return said;
    }
    for (String variable : variables) {
      String value = variable(variable);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private String needed(String variable) throws IOException {
    String value = variable(variable);
    if (value == null) {
      throw new IOException(variable + " is not set");
    }
    return value;
  }

  /** What a variable says; one that is empty says nothing. */
  private @Nullable String variable(String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
