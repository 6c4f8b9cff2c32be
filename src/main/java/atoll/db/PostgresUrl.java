package atoll.db;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a PostgreSQL database is, and who opens it.
 *
 * @param place hosts, ports and the name of the database, as in {@code localhost:5432/atoll}
 * @param user null for the one that the driver takes: who runs this process
 * @param password null for what the driver finds in {@code ~/.pgpass}, or for none
 * @param parameters what else the driver is to know, such as {@code sslmode}
 */
public record PostgresUrl(
    String place,
    @Nullable String user,
    @Nullable String password,
    Map<String, String> parameters) {
  private static final String HOST =
      "(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}))?";
  private static final Pattern FORM =
      Pattern.compile(
          "(?:jdbc:)?postgres(?:ql)?://(?:(?<who>[^/?#]*)@)?(?<place>%s(?:,%s)*/[^/?#]+)(?:\\?(?<more>[^#]*))?"
              .formatted(HOST, HOST));

  public PostgresUrl {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads {@code postgresql://user:password@host:port/name?key=value}, or the same as JDBC has it.
   * A password that is not in it is that of the environment's PGPASSWORD.
   *
   * @throws IllegalArgumentException if it is something else; the message does not repeat it, for
   *     the sake of the password
   */
  public static PostgresUrl of(String text, Map<String, String> environment) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || text.matches(".*%(?![0-9A-Fa-f]{2}).*")) {
      throw new IllegalArgumentException("not of the form postgresql://USER@HOST:PORT/NAME");
    }
    var parameters = new TreeMap<>(parameters(form.group("more")));
    String user = parameters.remove("user");
    String password = parameters.remove("password");
    String who = form.group("who");
    if (who != null) {
      String[] parts = who.split(":", 2);
      user = decoded(parts[0]);
      password = parts.length == 2 ? decoded(parts[1]) : password;
    }
    if (password == null) {
      password = environment.get("PGPASSWORD");
    }
    return new PostgresUrl(form.group("place"), user, password, parameters);
  }

  private static Map<String, String> parameters(@Nullable String query) {
    var parameters = new TreeMap<String, String>();
    for (String each : (query == null ? "" : query).split("&", -1)) {
      String[] parts = each.split("=", 2);
      if (parts.length == 2) {
        parameters.put(decoded(parts[0]), decoded(parts[1]));
      }
    }
    return parameters;
  }

  /** A "+" is no space here. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** What opens it; not by {@link java.sql.DriverManager}, with which no driver is registered. */
  public PGSimpleDataSource source() {
    var source = new PGSimpleDataSource();
    source.setUrl(jdbc());
    source.setUser(user);
    source.setPassword(password);
    return source;
  }

  /** For the driver; without user and password. */
  String jdbc() {
    return "jdbc:postgresql://"
        + place
        + parameters.entrySet().stream()
            .map(each ->
                each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
  }

  /** Without the password, and without parameters, one of which may be secret, too. */
  @Override
  public String toString() {
    return "postgresql://" + (user == null ? "" : user + "@") + place;
  }
}
