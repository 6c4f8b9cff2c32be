package atoll.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call as it came.
 *
 * @param id names it in answers and logs: {@code req-} and a UUID
 * @param baseUrl scheme, host and port by which the client reached the server
 * @param remote the client's address
 * @param path decoded segments, below the API's prefix; an empty one at the end if the path ends
 *     with a slash
 * @param query decoded, in the order given
 * @param headers by name in lower case
 * @param body bounded by the server's settings
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Request(
    String id,
    HttpMethod method,
    String baseUrl,
    String remote,
    List<String> path,
    Map<String, List<String>> query,
    Map<String, String> headers,
    byte[] body) {
  public Request {
    path = List.copyOf(path);
  }

  /** An id for a new call. */
  static String newId() {
    return "req-" + UUID.randomUUID();
  }

  /** The header's value; null without one. */
  public @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  /** The parameter's last value; null without one. */
  public @Nullable String query(String name) {
    List<String> values = query.get(name);
    return values == null ? null : values.getLast();
  }

  /**
   * Splits a path into its decoded segments.
   *
   * @param rawPath begins with a slash, or is empty
   * @throws HttpException with 400 if it cannot be decoded
   */
  static List<String> segments(String rawPath) {
    if (rawPath.length() < 2) {
      return List.of();
    }
    var segments = new ArrayList<String>();
    for (String segment : rawPath.substring(1).split("/", -1)) {
      // In a path, unlike in a query, a plus is a plus.
      segments.add(decoded(segment.replace("+", "%2B")));
    }
    return segments;
  }

  /**
   * Splits a query into its decoded parameters.
   *
   * @throws HttpException with 400 if it cannot be decoded
   */
  static Map<String, List<String>> parameters(String rawQuery) {
    var parameters = new LinkedHashMap<String, List<String>>();
    for (String pair : rawQuery.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
      if (decoded.indexOf(0) >= 0) { // not every database can keep it, or look for it
        throw new HttpException(400, "The URL cannot be decoded: it has a character of zero");
      }
      return decoded;
    } catch (IllegalArgumentException e) {
      throw new HttpException(400, "The URL cannot be decoded: " + e.getMessage(), e);
    }
  }
}
