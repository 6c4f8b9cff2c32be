package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpException;
import atoll.model.Period;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What lists can be filtered by, besides names and statuses. */
final class Filters {
  /** One pair of a dictionary as Python writes it, which is what clients send. */
  private static final Pattern PAIR =
      Pattern.compile(
          "\\s*u?(['\"])((?:(?!\\1).)*)\\1\\s*:\\s*u?(['\"])((?:(?!\\3).)*)\\3\\s*(,|$)");

  /** What an id is taken for that is none: nothing has this one. */
  private static final UUID NOBODY = new UUID(0, 0);

  private Filters() {}

  /** The id that a parameter names; null without one. */
  static <T> @Nullable T id(Call call, String name, Function<UUID, T> of) {
    String text = call.query(name);
    if (text == null) {
      return null;
    }
    UUID id = OpenStackId.parse(text);
    return of.apply(id == null ? NOBODY : id);
  }

  /**
   * What {@code metadata={'name': 'value'}} asks for.
   *
   * @throws HttpException with 400 if it is not of that form
   */
  static Map<String, String> metadata(Call call) {
    String text = call.query("metadata");
    if (text == null) {
      return Map.of();
    }
    String inner = text.strip();
    if (!inner.startsWith("{") || !inner.endsWith("}")) {
      throw new HttpException(400, "Invalid value '%s' for metadata filter".formatted(text));
    }
    inner = inner.substring(1, inner.length() - 1).strip();
    var pairs = new LinkedHashMap<String, String>();
    Matcher matcher = PAIR.matcher(inner);
    int at = 0;
    while (at < inner.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new HttpException(400, "Invalid value '%s' for metadata filter".formatted(text));
      }
      pairs.put(matcher.group(2), matcher.group(4));
      at = matcher.end();
    }
    return pairs;
  }

  /**
   * The period that {@code NAME=gte:2026-01-01T00:00:00,lt:...} means, from microversion 3.60 on.
   *
   * @throws HttpException with 400 if it is not of that form
   */
  static Period period(Call call, String name) {
    String text = call.query(name);
    if (text == null || !call.version().has(60)) {
      return Period.ANY;
    }
    Instant after = null;
    Instant from = null;
    Instant until = null;
    Instant before = null;
    for (String part : text.split(",", -1)) {
      int colon = part.indexOf(':');
      String comparison =
          colon > 0 && part.substring(0, colon).matches("[a-z]+") ? part.substring(0, colon) : "eq";
      Instant time =
          time(
              name,
              comparison.equals("eq") && !part.startsWith("eq:")
                  ? part
                  : part.substring(colon + 1));
      switch (comparison) {
        case "gt" -> after = time;
        case "gte" -> from = time;
        case "lte" -> until = time;
        case "lt" -> before = time;
        case "eq" -> {
          from = time;
          until = time;
        }
        default ->
            throw new HttpException(
                400, "Filter %s does not know the comparison %s".formatted(name, comparison));
      }
    }
    return new Period(after, from, until, before);
  }

  private static Instant time(String name, @Nullable String text) {
    try {
      String value = text == null ? "" : text.strip();
      return value.matches(".*([zZ]|[+-][0-9]{2}:?[0-9]{2})$") && value.indexOf('T') > 0
          ? OffsetDateTime.parse(value).toInstant()
          : LocalDateTime.parse(value).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new HttpException(400, "Invalid time '%s' in filter %s".formatted(text, name), e);
    }
  }
}
