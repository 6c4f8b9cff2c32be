package atoll.cli.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;
import picocli.CommandLine.Option;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Answers for scripts: snake_case names, sizes in bytes, times in ISO 8601. */
final class JsonOption {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  @Option(names = "--json", description = "Answer in JSON.")
  private boolean isAsked;

  boolean isAsked() {
    return isAsked;
  }

  /** Prints a value. */
  static void print(PrintWriter out, Object value) {
    out.println(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  /** Prints a value on one line, for who reads line by line. */
  static void printLine(PrintWriter out, Object value) {
    out.println(MAPPER.writeValueAsString(value));
  }
}
