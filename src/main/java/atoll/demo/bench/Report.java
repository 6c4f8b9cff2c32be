package atoll.demo.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that a benchmark found.
 *
 * @param createdAt in ISO 8601 and UTC
 * @param seed of the image
 * @param versions by tool
 * @param leftOut tools that were not measured, and why
 * @param measurements every step of every tool in every round, in the order of time
 * @param medians of the rounds
 */
record Report(
    String createdAt,
    Machine machine,
    ImageFacts image,
    long seed,
    int rounds,
    Map<String, String> versions,
    List<String> leftOut,
    List<Measurement> measurements,
    List<Summary> medians) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  Report {
    leftOut = List.copyOf(leftOut);
    measurements = List.copyOf(measurements);
    medians = List.copyOf(medians);
  }

  /** What came of it all: the worst that came of a step. */
  Outcome outcome() {
    return medians.stream().map(Summary::outcome).max(Outcome::compareTo).orElseThrow();
  }

  /** For programs: sizes in bytes, times in seconds. */
  String json() {
    return MAPPER.writeValueAsString(this) + "\n";
  }

  /** For people: the machine, the image, the tools. */
  List<String> heading() {
    String imageLine =
        "%s; disk of %,d MiB, %,d MiB of data, %.1f MiB changed"
            .formatted(
                image.origin(),
                image.sizeBytes() >> 20,
                image.allocatedBytes() >> 20,
                image.changedBytes() / 1048576.0);
    return List.of(machine.line(), imageLine, String.join("; ", versions.values()));
  }
}
