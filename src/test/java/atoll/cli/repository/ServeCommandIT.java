package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.Main;
import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.format.QemuTools;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A snapshot served by a process of its own: what is read is what is restored. */
final class ServeCommandIT {
  private static final int MIB = 1 << 20;
  private static final long END_SECONDS = 60;

  @TempDir private Path folder;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void backUp() throws IOException {
    QemuTools.require();
    QemuTools.require("nbdinfo");
    assertThat(atoll("init")).as(err.toString()).isZero();
    try (var file = new RandomAccessFile(folder.resolve("disk.raw").toFile(), "rw")) {
      file.setLength(200L * MIB);
      var random = new Random(1);
      for (int i = 0; i < 60; i++) {
        var bytes = new byte[1 + random.nextInt(MIB)];
        random.nextBytes(bytes);
        file.seek(random.nextInt(199 * MIB));
        file.write(bytes);
      }
    }
    assertThat(atoll("backup", path("disk.raw"), "--name", "vm")).as(err.toString()).isZero();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> words(String verb, String... arguments) {
    var words = new ArrayList<>(List.of("repository", verb, path("backups")));
    words.addAll(List.of(arguments));
    words.addAll(List.of("--key", path("key"), "--cache", path("cache")));
    return words;
  }

  /** Runs a command in this process. */
  private int atoll(String verb, String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(new NamedCommand("repository", RepositoryCommand::new)))
        .run(words(verb, arguments).toArray(String[]::new));
  }

  /** A process that serves; killed when it is closed and still there. */
  private record Served(Process process, BufferedReader out, String first)
      implements AutoCloseable {
    /** Sends a signal, and gives the exit code. */
    int end(String signal) throws Exception {
      new QemuTools(Path.of("/")).run("kill", "-" + signal, String.valueOf(process.pid()));
      assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
      return process.exitValue();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      process.onExit().join();
      out.close();
    }
  }

  /** Serves, and waits until it is ready. */
  private Served serve(String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=INT", // which shells have what runs in the background ignore
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(words("serve", arguments));
    File complaints = folder.resolve("complaints").toFile();
    Process process = new ProcessBuilder(command).redirectError(complaints).start();
    BufferedReader lines = process.inputReader();
    String first = lines.readLine();
    assertThat(first).as(Files.readString(complaints.toPath())).isNotNull();
    return new Served(process, lines, first);
  }

  private void tool(String... words) {
    new QemuTools(folder).run(words);
  }

  private String uri() {
    return "nbd+unix:///?socket=" + path("nbd");
  }

  @Test
  void whatIsServedIsWhatIsRestored() throws Exception {
    assertThat(atoll("restore", "vm", path("restored.raw"))).as(err.toString()).isZero();
    try (Served served = serve("vm", "--socket", path("nbd"), "--cache-size", "16")) {
      assertThat(served.first()).isEqualTo("ready " + path("nbd"));
      tool("qemu-img", "compare", "-f", "raw", "-F", "raw", uri(), "restored.raw");
      tool("nbdcopy", uri(), "copy.raw");
      assertThat(Files.mismatch(folder.resolve("disk.raw"), folder.resolve("copy.raw")))
          .isEqualTo(-1);
      String named = "nbd+unix:///vm?socket=" + path("nbd");
      tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", named, "copy.qcow2");
      tool("qemu-img", "compare", "-f", "raw", "-F", "qcow2", "disk.raw", "copy.qcow2");
      tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", uri(), "over.qcow2");
      tool("qemu-io", "-c", "write -P 7 3M 1M", "over.qcow2");
      tool("qemu-io", "-f", "raw", "-c", "write -P 7 3M 1M", "restored.raw");
      tool("qemu-img", "compare", "-f", "qcow2", "-F", "raw", "over.qcow2", "restored.raw");
      String map = new QemuTools(folder).run("nbdinfo", "--map", "--totals", uri());
      assertThat(map).contains("data", "hole,zero");
      assertThat(served.end("TERM")).isZero();
    }
    assertThat(folder.resolve("nbd")).doesNotExist();
    assertThat(folder.resolve("complaints")).isEmptyFile();
  }

  @Test
  void readyIsSaidInJsonToo() throws Exception {
    try (Served served = serve("vm", "--socket", path("nbd"), "--json", "--export", "other")) {
      JsonNode ready = JsonMapper.shared().readTree(served.first());
      assertThat(ready.get("ready").asString()).isEqualTo(path("nbd"));
      assertThat(ready.get("export").asString()).isEqualTo("other");
      assertThat(ready.get("size_bytes").asLong()).isEqualTo(200L * MIB);
      assertThat(ready.get("snapshot").asString()).hasSize(36);
      tool("nbdinfo", "nbd+unix:///other?socket=" + path("nbd"));
      assertThat(served.end("INT")).isZero();
    }
    assertThat(folder.resolve("nbd")).doesNotExist();
  }

  @Test
  void socketInUseIsLeftAloneAndThatOfAKilledProcessIsReplaced() throws Exception {
    try (Served served = serve("vm", "--socket", path("nbd"))) {
      assertThat(atoll("serve", "vm", "--socket", path("nbd"))).isEqualTo(1);
      assertThat(err.toString()).contains(path("nbd"), "another process listens there");
      tool("nbdinfo", uri());
      assertThat(served.end("KILL")).isNotZero();
    }
    assertThat(folder.resolve("nbd")).exists();
    try (Served again = serve("vm", "--socket", path("nbd"))) {
      tool("nbdinfo", uri());
      assertThat(again.end("TERM")).isZero();
    }
  }

  @Test
  void mistakesAreAnsweredClearly() throws Exception {
    assertThat(atoll("serve", "vm")).isEqualTo(2);
    assertThat(err.toString()).contains("--socket");
    assertThat(atoll("serve", "vm", "--socket", path("s".repeat(100)))).isEqualTo(1);
    assertThat(err.toString()).contains("at most 106 bytes");
    assertThat(atoll("serve", "vm", "--socket", path("no/nbd"))).isEqualTo(1);
    assertThat(err.toString()).contains("make it first");
    assertThat(atoll("serve", "vm", "--socket", path("disk.raw"))).isEqualTo(1);
    assertThat(err.toString()).contains("disk.raw", "is no socket");
    assertThat(atoll("serve", "nobody", "--socket", path("nbd"))).isEqualTo(1);
    assertThat(err.toString()).contains("there is no snapshot of id or name 'nobody'");
    for (String size : List.of("0", "-1", "100000000")) {
      assertThat(atoll("serve", "vm", "--socket", path("nbd"), "--cache-size", size)).isEqualTo(2);
      assertThat(err.toString()).contains("--cache-size " + size, "can be from 1 to");
    }
    assertThat(atoll("serve", "vm", "--socket", path("nbd"), "--export", "x".repeat(4097)))
        .isEqualTo(2);
    assertThat(err.toString()).contains("at most 4096 bytes");
    assertThat(atoll("serve", "--help")).isZero();
    assertThat(out.toString()).contains("Usage: atoll repository serve", "--socket", "nbdcopy");
    assertThat(folder.resolve("nbd")).doesNotExist();
  }
}
