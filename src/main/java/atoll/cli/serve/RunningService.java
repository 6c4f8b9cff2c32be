package atoll.cli.serve;

import java.io.IOException;
import java.util.List;

/** A service that answers; closing it stops it cleanly. */
public interface RunningService extends AutoCloseable {
  /** Opens services. */
  @FunctionalInterface
  interface Opener {
    /**
     * Starts a service, and returns when it answers.
     *
     * @throws IOException if it cannot be started; nothing runs then
     */
    RunningService open(ServiceSettings settings) throws IOException;
  }

  /** Where it answers: scheme, host and port. */
  String url();

  /** What whoever runs it should know, line by line. */
  List<String> hints();

  @Override
  void close() throws IOException;
}
