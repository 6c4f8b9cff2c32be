package atoll.api.openstack;

import atoll.http.HttpException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An object in a call's body, read field by field and checked as the services' own schemas do.
 *
 * <p>A field that is absent and one that is null are both null here, unless said otherwise. {@link
 * #end} refuses what was not asked for. Refusals are {@link HttpException}s with 400, in the words
 * that the Python services take from jsonschema.
 */
public final class Fields {
  /** The most characters of a name. */
  public static final int NAME_MAX = 255;

  private final JsonNode object;
  private final Set<String> known = new LinkedHashSet<>();

  private Fields(JsonNode object) {
    this.object = object;
  }

  /** The object that is the value of {@code name} in {@code body}. */
  public static Fields in(JsonNode body, String name) {
    if (!body.isObject()) {
      throw wrongType("", body, "object");
    }
    JsonNode value = body.get(name);
    if (value == null) {
      throw new HttpException(400, "'" + name + "' is a required property");
    }
    return of(name, value);
  }

  /** {@code value}, which must be an object. */
  public static Fields of(String name, JsonNode value) {
    if (!value.isObject()) {
      throw wrongType(name, value, "object");
    }
    return new Fields(value);
  }

  private @Nullable JsonNode get(String name) {
    known.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  /** Whether the field is there, even if it is null. */
  public boolean has(String name) {
    known.add(name);
    return object.has(name);
  }

  /** Accepts a field without looking at it. */
  public Fields ignore(String... names) {
    known.addAll(Set.of(names));
    return this;
  }

  /** A field that must be there and not null. */
  public JsonNode required(String name) {
    JsonNode value = object.get(name);
    known.add(name);
    if (value == null) {
      throw new HttpException(400, "'" + name + "' is a required property");
    }
    return value;
  }

  /** Text of at most {@code max} characters. */
  public @Nullable String text(String name, int max) {
    JsonNode value = get(name);
    return value == null ? null : text(name, value, 0, max);
  }

  /** Text of at least {@code min} characters that must be there. */
  public String requiredText(String name, int min, int max) {
    return text(name, required(name), min, max);
  }

  private static String text(String name, JsonNode value, int min, int max) {
    if (!value.isString()) {
      throw wrongType(name, value, "string");
    }
    String text = value.stringValue();
    if (text.indexOf(0) >= 0) {
      throw new HttpException(
          400, "Invalid input for field/attribute %s: it has a character of zero".formatted(name));
    }
    if (text.length() > max) {
      throw refused(name, value, PythonText.of(value) + " is too long");
    }
    if (text.length() < min) {
      throw refused(name, value, PythonText.of(value) + " is too short");
    }
    return text;
  }

  /** A UUID. */
  public @Nullable UUID uuid(String name) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    UUID id = value.isString() ? OpenStackId.parse(value.stringValue()) : null;
    if (id == null) {
      throw refused(name, value, PythonText.of(value) + " is not a 'uuid'");
    }
    return id;
  }

  /** A whole number, also written as text, in bounds. */
  public @Nullable Long number(String name, long min, long max) {
    JsonNode value = get(name);
    return value == null ? null : number(name, value, min, max);
  }

  /** A whole number that must be there. */
  public long requiredNumber(String name, long min, long max) {
    return number(name, required(name), min, max);
  }

  private static long number(String name, JsonNode value, long min, long max) {
    long number;
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      number = value.longValue();
    } else if (value.isString() && value.stringValue().matches("-?[0-9]{1,18}")) {
      number = Long.parseLong(value.stringValue());
    } else {
      throw wrongType(name, value, "integer", "string");
    }
    if (number < min) {
      throw refused(name, value, number + " is less than the minimum of " + min);
    }
    if (number > max) {
      throw refused(name, value, number + " is greater than the maximum of " + max);
    }
    return number;
  }

  /** Yes or no, in the ways that the services take them. */
  public boolean flag(String name, boolean otherwise) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    Boolean flag = Flags.parse(value);
    if (flag == null) {
      throw wrongType(name, value, "boolean");
    }
    return flag;
  }

  /** One of some words. */
  public @Nullable String choice(String name, List<String> words) {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isString() || !words.contains(value.stringValue())) {
      throw refused(
          name,
          value,
          "%s is not one of ['%s']".formatted(PythonText.of(value), String.join("', '", words)));
    }
    return value.stringValue();
  }

  /** The one member of {@code body}, as text by key. */
  public static Map.Entry<String, String> single(JsonNode body) {
    Map<String, String> all = texts("", body);
    if (all.size() != 1) {
      throw new HttpException(
          400,
          PythonText.of(body)
              + (all.isEmpty() ? " does not have enough properties" : " has too many properties"));
    }
    return all.entrySet().iterator().next();
  }

  /** Text by key, as in metadata: keys of 1 to 255 characters, values of at most 255. */
  public Map<String, String> texts(String name) {
    JsonNode value = get(name);
    return value == null ? Map.of() : texts(name, value);
  }

  /** The members of an object that must be there, as text by key. */
  public Map<String, String> requiredTexts(String name) {
    return texts(name, required(name));
  }

  private static Map<String, String> texts(String name, JsonNode value) {
    if (!value.isObject()) {
      throw wrongType(name, value, "object");
    }
    var texts = new LinkedHashMap<String, String>();
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String key = member.getKey();
      if (key.isEmpty() || key.length() > NAME_MAX || key.indexOf(0) >= 0) {
        throw new HttpException(
            400,
            "Invalid input for field/attribute %s: a key has from 1 to 255 characters"
                .formatted(name));
      }
      texts.put(key, text(key, member.getValue(), 0, NAME_MAX));
    }
    return texts;
  }

  /** The object in a field; null if it is absent or null. */
  public @Nullable Fields object(String name) {
    JsonNode value = get(name);
    return value == null ? null : of(name, value);
  }

  /** The value in a field, whatever it is; null if it is absent or null. */
  public @Nullable JsonNode any(String name) {
    return get(name);
  }

  /** Refuses fields that nobody asked for. */
  public void end() {
    for (String name : object.propertyNames()) {
      if (!known.contains(name)) {
        throw new HttpException(
            400, "Additional properties are not allowed ('%s' was unexpected)".formatted(name));
      }
    }
  }

  /** Says that a field's value is not one that is allowed. */
  public static HttpException refused(String name, JsonNode value, String why) {
    return new HttpException(
        400,
        "Invalid input for field/attribute %s. Value: %s. %s"
            .formatted(name, PythonText.plain(value), why));
  }

  private static HttpException wrongType(String name, JsonNode value, String... types) {
    return refused(
        name,
        value,
        "%s is not of type '%s'".formatted(PythonText.of(value), String.join("', '", types)));
  }
}
