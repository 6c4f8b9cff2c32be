package atoll.objectstore.url;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a store, as it is typed: a folder, {@code file:///folder}, {@code
 * s3://bucket/prefix?endpoint=...} or {@code swift://container/prefix}.
 */
public sealed interface StoreUrl {
  /** A folder of this host. */
  record Folder(Path path) implements StoreUrl {}

  /** Part of a bucket or container: {@code prefix} is empty or ends with a slash. */
  record Remote(Kind kind, String container, String prefix, Map<String, String> parameters)
      implements StoreUrl {
    /** Copies the parameters. */
    public Remote {
      parameters = Map.copyOf(parameters);
    }

    /** What a parameter says, null if it is not there. */
    @Nullable String parameter(String name) {
      return parameters.get(name);
    }
  }

  /** What speaks there. */
  enum Kind {
    /** S3, of Amazon or another. */
    S3,
    /** OpenStack Swift. */
    SWIFT;

    private Set<String> parameters() {
      return switch (this) {
        case S3 ->
            Set.of(
                "connections",
                "endpoint",
                "in-flight",
                "limit-rate",
                "listing-delay",
                "path-style",
                "region",
                "timeout");
        case SWIFT ->
            Set.of("connections", "in-flight", "limit-rate", "listing-delay", "region", "timeout");
      };
    }
  }

  /**
   * Understands what was typed.
   *
   * @throws IllegalArgumentException that says what cannot be understood
   */
  static StoreUrl parse(String text) {
    Matcher scheme = Pattern.compile("((?:file|s3|swift)|[A-Za-z0-9+.-]+(?=://)):.*").matcher(text);
    if (!scheme.matches()) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("no repository is named");
      }
      return new Folder(Path.of(text));
    }
    return switch (scheme.group(1)) {
      case "file" ->
          new Folder(Path.of(text.substring("file:".length()).replaceFirst("^///", "/")));
      case "s3" -> remote(Kind.S3, text);
      case "swift" -> remote(Kind.SWIFT, text);
      default ->
          throw new IllegalArgumentException(
              "'%s': there are folders, s3://bucket/prefix and swift://container/prefix, but no %s:"
                  .formatted(text, scheme.group(1)));
    };
  }

  private static Remote remote(Kind kind, String text) {
    Matcher parts = Pattern.compile("([a-z0-9]+)://([^/?]+)(/[^?]*)?(?:\\?(.*))?").matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'%s': name a bucket or container: %s://NAME/prefix"
              .formatted(text, text.substring(0, text.indexOf(':'))));
    }
    String container = parts.group(2);
    if (container.contains("@") || container.contains(":")) {
      throw new IllegalArgumentException(
          "'%s': credentials and hosts do not belong there; credentials come from the environment, the host is endpoint=..."
              .formatted(text.replaceAll("//.*@", "//...@")));
    }
    if (!container.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException(
          "'%s': the name of a bucket or container has letters, digits, '_', '-' and '.'"
              .formatted(text));
    }
    return new Remote(
        kind, container, prefix(text, parts.group(3)), parameters(kind, text, parts.group(4)));
  }

  private static String prefix(String text, @Nullable String path) {
    String prefix = path == null ? "" : path.replaceAll("^/+|/+$", "");
    if (!prefix.matches("([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?")) {
      throw new IllegalArgumentException(
          "'%s': a prefix has letters, digits, '_', '-', '.' and '/', and no part begins with a '.'"
              .formatted(text));
    }
    return prefix.isEmpty() ? "" : prefix + "/";
  }

  private static Map<String, String> parameters(Kind kind, String text, @Nullable String query) {
    var parameters = new LinkedHashMap<String, String>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !kind.parameters().contains(name)) {
        throw new IllegalArgumentException(
            "'%s': '%s' is none of %s, each with '=' and a value"
                .formatted(text, pair, new TreeSet<>(kind.parameters())));
      }
      String value = decoded(text, pair, pair.substring(equals + 1));
      if (parameters.put(name, value) != null) {
        throw new IllegalArgumentException("'%s': %s is there twice".formatted(text, name));
      }
    }
    return parameters;
  }

  private static String decoded(String text, String pair, String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s': %s: after '%%' come two hexadecimal digits".formatted(text, pair), e);
    }
  }
}
