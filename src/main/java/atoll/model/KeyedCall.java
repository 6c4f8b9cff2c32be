package atoll.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that carried a key.
 *
 * @param asked a mark of all that it asked for
 * @param process the run of the service that began to answer it; empty if it has given it up
 * @param answer sealed; null until it is answered
 */
public record KeyedCall(String asked, String process, @Nullable String answer) {
  /**
   * What was answered.
   *
   * @param headers by name
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    public Answer {
      headers = Map.copyOf(headers);
    }
  }
}
