package atoll.objectstore;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A real server that a script in {@code services} starts: once for all tests that ask for it, and
 * stopped after the last.
 */
public final class RealServer implements BeforeAllCallback {
  /** Swift with its S3 gateway. */
  public static final String SWIFT = "swift.sh";

  /** Swift with Keystone. */
  public static final String KEYSTONE_SWIFT = "swift.sh with keystone.sh";

  /** Ceph's S3 gateway. */
  public static final String CEPH = "rgw.sh";

  private static final int PORTS = 110;

  private final String script;
  private Map<String, String> settings = Map.of();

  /** Will be started by a script. */
  public RealServer(String script) {
    this.script = script;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    settings =
        context
            .getRoot()
            .getStore(Namespace.create(RealServer.class))
            .computeIfAbsent(script, Running::start, Running.class)
            .settings();
  }

  /** What the script said: addresses and credentials. */
  public String get(String name) {
    String value = settings.get(name);
    return value == null ? fail(script + " said no " + name + ", but " + settings) : value;
  }

  /** A server that was started. */
  private record Running(String script, Path folder, Map<String, String> settings, String port)
      implements AutoCloseable {
    static Running start(String script) {
      if (!mayInstall() && !Boolean.getBoolean("atoll.tools.required")) {
        abort(script + " installs Debian packages: only with -Datoll.tools.required=true");
      }
      try {
        Path folder = Files.createTempDirectory("atoll-services");
        String port = Integer.toString(freePorts());
        var settings = new TreeMap<String, String>();
        for (String line : run(script, "start", folder, port).lines().toList()) {
          String[] setting = line.split("=", 2);
          if (setting.length == 2) {
            settings.put(setting[0], setting[1]);
          }
        }
        return new Running(script, folder, settings, port);
      } catch (IOException e) {
        return fail(e);
      }
    }

    @Override
    public void close() throws IOException {
      run(script, "wipe", folder, port);
      switch (script) {
        case CEPH -> run("ceph.sh", "wipe", folder, port);
        case KEYSTONE_SWIFT -> run("keystone.sh", "wipe", folder, port);
        default -> {}
      }
      await(new ProcessBuilder("rm", "-rf", folder.toString()).start(), "rm");
    }

    private static String run(String service, String verb, Path folder, String port)
        throws IOException {
      String script = service.replaceAll(" .*", "");
      Path log = Path.of("target", "service-" + script + ".log");
      Files.createDirectories(Path.of("target"));
      var builder =
          new ProcessBuilder(Path.of("services", script).toAbsolutePath().toString(), verb)
              .redirectInput(new File("/dev/null"))
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().put("ATOLL_SERVICES", folder.toString());
      int first = Integer.parseInt(port);
      builder.environment().put("ATOLL_SWIFT_PORT", port); // and four more
      builder.environment().put("ATOLL_KEYSTONE_PORT", Integer.toString(first + 5));
      builder.environment().put("ATOLL_RGW_PORT", port);
      builder.environment().put("ATOLL_CEPH_PORT", Integer.toString(first + 1)); // and 99 more
      if (service.equals(KEYSTONE_SWIFT)) {
        builder.environment().put("ATOLL_SWIFT_KEYSTONE", "yes");
      }
      return await(builder.start(), script + " " + verb + ", see " + log);
    }

    private static String await(Process process, String what) throws IOException {
      try (var output = process.getInputStream()) {
        String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          return fail(what);
        }
        return said;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return fail(e);
      }
    }

    private static boolean mayInstall() {
      return "root".equals(System.getProperty("user.name"));
    }

    /** The first of so many ports that nobody listens on. */
    private static int freePorts() throws IOException {
      for (int attempt = 0; attempt < 100; attempt++) {
        int first = ThreadLocalRandom.current().nextInt(20_000, 30_000 - PORTS);
        if (areFree(first)) {
          return first;
        }
      }
      throw new IOException("no " + PORTS + " free ports in a row");
    }

    private static boolean areFree(int first) {
      for (int port = first; port < first + PORTS; port++) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
          socket.setReuseAddress(true);
        } catch (IOException e) {
          return false;
        }
      }
      return true;
    }
  }
}
