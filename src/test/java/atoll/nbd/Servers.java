package atoll.nbd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Servers for tests. */
final class Servers {
  private Servers() {}

  /** One that is closed: what a field holds before there is another. */
  static NbdServer none() {
    try {
      NbdServer server =
          NbdServer.listenOnLoopback(0, List.of(export(TestImage.full(1))), NbdLimits.defaults());
      server.close();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static NbdExport export(TestImage image) {
    return new NbdExport("", "", image, NbdExport.PREFERRED_BYTES);
  }

  static NbdServer serve(Path socket, TestImage image) throws IOException {
    return NbdServer.listen(socket, List.of(export(image)), NbdLimits.defaults());
  }

  /** Limits with other numbers of clients and requests, and another patience. */
  static NbdLimits limits(int connectionsMax, int requestsMax, Duration patience) {
    return new NbdLimits(connectionsMax, requestsMax, 32 << 20, 1 << 20, patience);
  }
}
