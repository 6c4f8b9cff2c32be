package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.demo.BenchCommand;
import atoll.demo.bench.FileTree;
import atoll.engine.GuestSite;
import atoll.format.QemuTools;
import atoll.hypervisor.qemu.CommandLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code atoll bench verbs}, each once. */
class BenchVerbsIT {
  /** Short, for sockets lie far below it. */
  private final Path folder =
      Path.of("/tmp", Integer.toHexString(ThreadLocalRandom.current().nextInt()));

  @AfterEach
  void remove() throws IOException {
    new FileTree(folder).delete();
  }

  @Test
  void everyVerbIsMeasuredAndNothingIsLeft() throws Exception {
    QemuTools.require();
    GuestSite.bootImage();
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new AtollCommandLine(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                List.of(new NamedCommand("bench", () -> new BenchCommand(Site::open))))
            .run("bench", "verbs", "--times=1", "--backup-mib=4", "--json", "--work=" + folder);
    assertThat(code).as(err.toString()).isZero();
    JsonNode verbs = JsonMapper.shared().readTree(out.toString()).get("verbs");
    assertThat(verbs.size()).isEqualTo(12);
    for (JsonNode verb : verbs) {
      assertThat(verb.get("median_millis").asDouble()).as("%s", verb).isPositive();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
    assertThat(ProcessHandle.allProcesses().map(CommandLines::of))
        .noneMatch(line -> line.contains(folder.toString()));
  }
}
