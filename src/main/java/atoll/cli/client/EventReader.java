package atoll.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Listens to a service's events. Source: WHATWG HTML, "Server-sent events". */
final class EventReader implements AutoCloseable {
  private final BufferedReader lines;

  /** Begins to listen: all that happens from now on is heard. */
  EventReader(Cloud cloud) throws IOException, InterruptedException {
    this.lines = cloud.lines("/events");
    String _ = this.lines.readLine(); // a comment, when the service listens to its own
  }

  /** An event. */
  record Told(String kind, JsonNode data) {
    /** That the service is there still, and nothing was to be told for a while. */
    static final Told NOTHING = new Told("", JsonMapper.shared().missingNode());

    /** Whether it is a sign of life. */
    boolean isNothing() {
      return kind.isEmpty();
    }
  }

  /** The next event, or a sign of life, waited for; null when the service has ended. */
  @Nullable Told next() throws IOException {
    String kind = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event: ")) {
        kind = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        return new Told(kind, JsonMapper.shared().readTree(line.substring("data: ".length())));
      } else if (line.startsWith(":")) {
        return Told.NOTHING;
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
