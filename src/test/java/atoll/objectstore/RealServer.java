package atoll.objectstore;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
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

  /** Keystone by itself. */
  public static final String KEYSTONE = "keystone.sh";

  /** Ceph's S3 gateway. */
  public static final String CEPH = "rgw.sh";

  /** PostgreSQL. */
  public static final String POSTGRES = "postgres.sh";

  private static final int PORTS = 110;

  private final String script;
  private Map<String, String> settings = Map.of();
  private @Nullable Running running;

  /** Will be started by a script. */
  public RealServer(String script) {
    this.script = script;
  }

  /** One that runs from now on for as long as this JVM, for tests that do not know of it. */
  public static RealServer startUntilExit(String script) {
    Running running = Running.start(script);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  try {
                    running.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
    var server = new RealServer(script);
    server.running = running;
    server.settings = running.settings();
    return server;
  }

  /** Does something else with it than what happens by itself, such as {@code restart}. */
  public void tell(String verb) throws IOException {
    Objects.requireNonNull(running).tell(verb);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    running =
        context
            .getRoot()
            .getStore(Namespace.create(RealServer.class))
            .computeIfAbsent(script, Running::start, Running.class);
    settings = running.settings();
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
        // some have an account of their own, which must get through
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
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

    void tell(String verb) throws IOException {
      String _ = run(script, verb, folder, port);
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
      builder.environment().put("ATOLL_POSTGRES_PORT", port);
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
