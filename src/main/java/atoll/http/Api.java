package atoll.http;

import java.io.IOException;

/** What answers below one prefix of the server. */
public interface Api {
  /** Begins with a slash and does not end with one; empty for what no other prefix fits. */
  String prefix();

  /**
   * Answers a call, in the API's own way of speaking also where it refuses.
   *
   * <p>Is called from any thread, by many at once. What it throws is an error of the service and
   * becomes the answer 500.
   */
  Response answer(Request request) throws IOException, InterruptedException;
}
