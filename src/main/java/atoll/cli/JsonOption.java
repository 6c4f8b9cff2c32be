package atoll.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;
import picocli.CommandLine.Option;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Answers for scripts: snake_case names, sizes in bytes, times in ISO 8601. */
public final class JsonOption {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  @Option(names = "--json", description = "Answer in JSON.")
  private boolean isAsked;

  /** For picocli. */
  public JsonOption() {}

  /** Whether it is. */
  public boolean isAsked() {
    return isAsked;
  }

  /** Prints a value. */
  public static void print(PrintWriter out, Object value) {
    out.println(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  /** Prints a value on one line, for who reads line by line. */
  public static void printLine(PrintWriter out, Object value) {
    out.println(MAPPER.writeValueAsString(value));
  }
}
