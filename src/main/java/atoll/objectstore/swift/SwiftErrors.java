package atoll.objectstore.swift;

import atoll.objectstore.TemporaryFailureException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Says of an answer that is no success what is wrong, and whether it may pass. */
final class SwiftErrors {
  private static final int TEXT_MAX = 200;

  private SwiftErrors() {}

  /** Returns if the answer is a success; {@code what} says what was tried, on what. */
  static void requireSuccess(String what, HttpResponse<ByteBuffer> answer) throws IOException {
    int status = answer.statusCode();
    if (status / 100 == 2) {
      return;
    }
    String said = what + ": status " + status + firstWords(answer.body());
    switch (status) {
      case 403 ->
          throw new IOException(said + ": this user may not do that, or the account is another's");
      case 413, 507 ->
          throw new IOException(said + ": the store is full; make room or raise the quota");
      case 408, 429, 498 -> throw new TemporaryFailureException(said);
      default -> {
        if (status >= 500) {
          throw new TemporaryFailureException(said);
        }
        throw new IOException(said);
      }
    }
  }

  /** A header that must be there. */
  static String header(String what, HttpResponse<ByteBuffer> answer, String name)
      throws IOException {
    return answer
        .headers()
        .firstValue(name)
        .orElseThrow(() ->
            new IOException(
                what + ": the answer has no " + name + "; is that an address of Swift?"));
  }

  /** An answer as text; the buffer's position stays where it is. */
  static String text(ByteBuffer body) {
    return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
  }

  /** The first words of an answer, without mark-up; empty if there are none. */
  private static String firstWords(ByteBuffer body) {
    String text =
        text(body.slice(0, Math.min(body.limit(), 4 * TEXT_MAX)))
            .replaceAll("<[^>]*>", " ")
            .replaceAll("\\s+", " ")
            .strip();
    return text.isEmpty() ? "" : " (" + text.substring(0, Math.min(text.length(), TEXT_MAX)) + ")";
  }
}
