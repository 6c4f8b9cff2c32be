package atoll.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of calls. */
final class Paths {
  private Paths() {}

  /** What was typed as one segment of a path, whatever is in it. */
  static String segment(String typed) {
    return URLEncoder.encode(typed, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
