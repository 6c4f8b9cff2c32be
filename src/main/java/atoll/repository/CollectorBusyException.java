package atoll.repository;

import java.io.IOException;
import java.time.Instant;

/** Another collector is at work on the repository. */
public final class CollectorBusyException extends IOException {
  private static final long serialVersionUID = 1;

  CollectorBusyException(String host, Instant since, Instant until) {
    super(
        "the repository is being collected by %s since %s; should that collector be dead, its claim ends by itself at %s"
            .formatted(host, since, until));
  }
}
