package atoll.engine;

import atoll.model.Alert;
import atoll.model.AlertKind;
import atoll.model.Capacity;
import atoll.model.Causes;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether primary storage has room: below a mark snapshots are refused and there is an alert, so
 * that what is left stays for the guests.
 */
final class Space {
  private static final Logger LOG = LoggerFactory.getLogger(Space.class);

  private final VolumeDriver driver;
  private final Alerts alerts;
  private final long markBytes;

  Space(VolumeDriver driver, Alerts alerts, long markBytes) {
    this.driver = driver;
    this.alerts = alerts;
    this.markBytes = markBytes;
  }

  Capacity capacity() throws IOException {
    return new Capacity(driver.totalBytes(), driver.freeBytes());
  }

  /** What is wrong, and what can be done; null if there is room. Keeps the alert true. */
  @Nullable String problem() throws IOException {
    long free = driver.freeBytes();
    if (free >= markBytes) {
      alerts.end(AlertKind.SPACE_LOW, Alert.HOST);
      return null;
    }
    String problem =
        "primary storage has %d MiB free, less than the mark of %d MiB: free some space, or delete volumes"
            .formatted(free >> 20, markBytes >> 20);
    alerts.raise(AlertKind.SPACE_LOW, Alert.HOST, problem);
    return problem;
  }

  /** Looks now and then, so that a person hears of it before anybody is refused. */
  void look() {
    try {
      String _ = problem();
    } catch (IOException e) {
      boolean _ =
          alerts.raise(
              AlertKind.SPACE_LOW,
              Alert.HOST,
              "primary storage does not say how much is free: " + Causes.inOneLine(e));
    } catch (RuntimeException e) {
      LOG.warn("free space on primary storage could not be looked at", e);
    }
  }
}
