package atoll;

import java.util.List;
import java.util.Random;

/** Bodies and queries that look like those of Block Storage and make no sense. */
final class Nonsense {
  private static final List<String> NAMES =
      List.of(
          "volume",
          "snapshot",
          "backup",
          "restore",
          "metadata",
          "meta",
          "size",
          "name",
          "force",
          "description",
          "volume_id",
          "snapshot_id",
          "source_volid",
          "status",
          "new_size",
          "os-extend",
          "os-set_bootable",
          "os-update_readonly_flag",
          "os-set_image_metadata",
          "os-unset_image_metadata",
          "bootable",
          "readonly",
          "key",
          "project",
          "user",
          "role",
          "domain_id",
          "enabled",
          "x");
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "-1",
          "1e9",
          "None",
          "\\u0000",
          "\\ud800",
          "' or 1=1 --",
          "%s%n",
          "../..",
          "00000000-0000-0000-0000-000000000000",
          "\u00e4\u4e2d",
          "true");
  private static final List<String> QUERIES =
      List.of(
          "limit",
          "marker",
          "offset",
          "sort",
          "sort_key",
          "sort_dir",
          "name",
          "status",
          "metadata",
          "created_at",
          "all_tenants",
          "project_id",
          "bootable",
          "cascade",
          "with_count",
          "id",
          "volume_id",
          "%00",
          "%ff");

  private Nonsense() {}

  static String body(Random random, String template) {
    int kind = random.nextInt(12);
    if (kind == 0) {
      return List.of("{", "[]", "null", "{\"a\":1}x", "\u0000", "{\"a\":1,\"a\":2}")
          .get(random.nextInt(6));
    }
    if (kind == 1) {
      return "[".repeat(5_000);
    }
    if (kind == 2) {
      return "{\"volume\": {\"name\": \"" + "n".repeat(200_000) + "\"}}";
    }
    String resource = template.replaceAll(".*/([a-z_-]+)s(/.*|$)", "$1");
    return "{\"" + (kind < 8 ? resource : oneOf(random, NAMES)) + "\": " + value(random, 0) + "}";
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 2 ? 6 : 8)) {
      case 0 -> "null";
      case 1 -> String.valueOf(random.nextBoolean());
      case 2 -> String.valueOf(random.nextInt(5) - 1);
      case 3 -> "1".repeat(1 + random.nextInt(40));
      case 4 -> "\"" + oneOf(random, TEXTS) + "\"";
      case 5 -> "\"" + "x".repeat(random.nextInt(600)) + "\"";
      case 6 -> "[" + value(random, depth + 1) + "]";
      default -> object(random, depth);
    };
  }

  private static String object(Random random, int depth) {
    var text = new StringBuilder("{");
    int members = random.nextInt(4);
    for (int i = 0; i < members; i++) {
      text.append(i == 0 ? "" : ", ")
          .append('"')
          .append(oneOf(random, NAMES))
          .append(i) // no name twice: that is another case
          .append("\": ")
          .append(value(random, depth + 1));
      if (random.nextBoolean()) {
        text.append(", \"").append(oneOf(random, NAMES)).append("\": 1");
        break;
      }
    }
    return text.append('}').toString();
  }

  static String query(Random random) {
    if (random.nextInt(3) > 0) {
      return "";
    }
    List<String> values =
        List.of("", "1", "-1", "x", "%00", "%ff%fe", "%7B%7D", "a:b,c", "99999999999");
    return "?" + oneOf(random, QUERIES) + "=" + oneOf(random, values);
  }

  static String version(Random random) {
    return List.of("3.0", "3.27", "3.60", "3.70", "latest").get(random.nextInt(5));
  }

  private static <T> T oneOf(Random random, List<T> some) {
    return some.get(random.nextInt(some.size()));
  }
}
