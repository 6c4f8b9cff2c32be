package atoll.http;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes JSON as the APIs speak it. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** Writes records, maps, lists and JSON nodes. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /**
   * Reads one value.
   *
   * @throws HttpException with 400 if it is not JSON, or nested too deeply
   */
  public static JsonNode read(byte[] text) {
    try {
      JsonNode value = MAPPER.readTree(text);
      if (!value.isMissingNode()) {
        return value;
      }
    } catch (JacksonException e) {
      throw new HttpException(400, "Malformed request body: " + e.getOriginalMessage(), e);
    }
    throw new HttpException(400, "Malformed request body: nothing was sent");
  }
}
