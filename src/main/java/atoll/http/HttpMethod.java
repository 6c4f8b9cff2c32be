package atoll.http;

import org.jspecify.annotations.Nullable;

/** What a call wants done with a resource. Source: RFC 9110, section 9.3. */
public enum HttpMethod {
  GET,
  HEAD,
  POST,
  PUT,
  PATCH,
  DELETE;

  /** The method of that name; null if no resource here has it. */
  static @Nullable HttpMethod of(String name) {
    for (HttpMethod method : values()) {
      if (method.name().equals(name)) {
        return method;
      }
    }
    return null;
  }

  /** Whether it changes nothing. */
  public boolean isSafe() {
    return this == GET || this == HEAD;
  }
}
