package atoll.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that carried a key.
 *
 * @param fingerprint of all that it asked for
 * @param process the run of the service that began to answer it; empty if it has given it up
 * @param answer null until it is answered
 */
public record KeyedCall(String fingerprint, String process, @Nullable Answer answer) {
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
