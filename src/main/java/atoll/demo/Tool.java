package atoll.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the host that check Atoll's work, or prepare for it. */
final class Tool {
  private Tool() {}

  /**
   * Runs a program to its end.
   *
   * @return what it printed
   * @throws IOException if it cannot be run or fails; the message has what it printed
   */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(command.getFirst() + " cannot be run; is its package installed?", e);
    }
    process.getOutputStream().close();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(
          "%s ended with %d: %s".formatted(String.join(" ", command), status, printed));
    }
    return printed;
  }
}
