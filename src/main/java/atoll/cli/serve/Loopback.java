package atoll.cli.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Hosts that are this machine, as seen by itself alone. */
final class Loopback {
  private Loopback() {}

  /**
   * Whether a host is one.
   *
   * @param option where it was named
   * @param problems gets a line if there is no such host; there is nothing else to say of it then
   */
  static boolean is(String option, String host, List<String> problems) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      problems.add(option + ": there is no host " + host);
      return true;
    }
  }
}
