package atoll.api.openstack;

import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** JSON as Python prints it, which is how it stands in the services' messages. */
final class PythonText {
  private static final int LENGTH_MAX = 200;

  private PythonText() {}

  /** As {@code str()} does. */
  static String plain(JsonNode value) {
    return value.isString() ? bounded(value.stringValue()) : of(value);
  }

  /** As {@code repr()} does. */
  static String of(JsonNode value) {
    return bounded(whole(value));
  }

  private static String whole(JsonNode value) {
    if (value.isString()) {
      return "'" + value.stringValue() + "'";
    }
    if (value.isNull()) {
      return "None";
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? "True" : "False";
    }
    if (value.isArray()) {
      return value
          .valueStream()
          .limit(LENGTH_MAX)
          .map(PythonText::whole)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (value.isObject()) {
      return value
          .propertyStream()
          .limit(LENGTH_MAX)
          .map(member -> "'" + member.getKey() + "': " + whole(member.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    return value.asString();
  }

  private static String bounded(String text) {
    return text.length() <= LENGTH_MAX ? text : text.substring(0, LENGTH_MAX) + "...";
  }
}
