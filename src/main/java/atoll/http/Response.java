package atoll.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param headers by name, as they are sent
 * @param body all of it, or empty
 * @param stream what writes the body piece by piece instead; null if nothing does
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Response(
    int status, Map<String, String> headers, byte[] body, @Nullable Stream stream) {
  private static final byte[] NOTHING = {};

  /** Writes a body of which nobody knows how long it will be. */
  @FunctionalInterface
  public interface Stream {
    /**
     * Writes it, on the call's own thread; what is to be there at once is flushed. Is not called if
     * the call was HEAD.
     *
     * @throws IOException if it cannot be written or made: the client sees that it is not whole
     * @throws InterruptedException if the server was closed meanwhile
     */
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  /** An answer that is there as a whole. */
  public Response(int status, Map<String, String> headers, byte[] body) {
    this(status, headers, body, null);
  }

  /** An answer that is written piece by piece. */
  public static Response stream(int status, String contentType, Stream stream) {
    return new Response(status, Map.of("Content-Type", contentType), NOTHING, stream);
  }

  /** An answer without a body. */
  public static Response empty(int status) {
    return new Response(status, Map.of(), NOTHING);
  }

  /** An answer of JSON: what Jackson can write. */
  public static Response json(int status, Object value) {
    return new Response(status, Map.of("Content-Type", "application/json"), Json.write(value));
  }

  /** An answer of plain text. */
  public static Response text(int status, String text) {
    return new Response(
        status,
        Map.of("Content-Type", "text/plain; charset=utf-8"),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with one more header, or another value of it. */
  public Response with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body, stream);
  }
}
