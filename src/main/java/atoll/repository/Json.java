package atoll.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Records as JSON: snake_case names, absent instead of null, unknown fields ignored. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /**
   * Reads the record of {@code objectKey}.
   *
   * @throws DamagedObjectException if it is not one, or a field is missing or impossible
   */
  static <T> T read(byte[] bytes, Class<T> type, String objectKey) throws DamagedObjectException {
    try {
      T value = MAPPER.readValue(bytes, type);
      if (value == null) { // the word null is JSON too
        throw new DamagedObjectException(
            objectKey, 0, "the JSON of a " + type.getSimpleName(), "null");
      }
      return value;
    } catch (JacksonException e) {
      throw new DamagedObjectException(
          objectKey, 0, "the JSON of a " + type.getSimpleName(), e.getOriginalMessage(), e);
    }
  }
}
