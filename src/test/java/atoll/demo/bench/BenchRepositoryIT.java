package atoll.demo.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.demo.bench.ImageStates.State;
import atoll.format.QemuTools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole benchmark on small images, with the tools that are there. */
final class BenchRepositoryIT {
  private static final long IMAGE_BYTES = 24 << 20;
  private static final int DATA_BYTES = 4 << 20;

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void requireTools() {
    QemuTools.require();
    for (String program : List.of("time", "mkfs.ext4")) {
      if (Programs.ofHost().find(program).isEmpty()) {
        if (Boolean.getBoolean("atoll.tools.required")) {
          fail(program + " is not on this machine");
        }
        abort(program + " is not on this machine");
      }
    }
  }

  private int bench(String... arguments) {
    var words = new ArrayList<>(List.of("repository", "--work", work().toString()));
    words.addAll(List.of(arguments));
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(new NamedCommand("repository", BenchRepositoryCommand::new)))
        .run(words.toArray(String[]::new));
  }

  private Path work() {
    return folder.resolve("work");
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(work())) {
      assertThat(left).isEmpty();
    }
  }

  /** Data of which a quarter can be saved, and holes before and behind it. */
  private Path image() throws IOException {
    Path image = folder.resolve("given.raw");
    var bytes = new byte[DATA_BYTES];
    var random = new SplittableRandom(3);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(64);
    }
    try (var channel =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), 1 << 20);
      channel.write(ByteBuffer.allocate(1), IMAGE_BYTES - 1);
    }
    return image;
  }

  @Test
  void everyToolIsMeasuredOnADiskWithFilesOfThisHost() throws Exception {
    Path json = folder.resolve("report.json");
    Path markdown = folder.resolve("table.md");
    int code =
        bench(
            "--size",
            "64M",
            "--content-bytes",
            "16M",
            "--rounds",
            "1",
            "--report",
            json.toString(),
            "--markdown",
            markdown.toString());
    assertThat(code).as(err.toString()).isZero();
    JsonNode report = JsonMapper.shared().readTree(Files.readString(json));
    assertReport(report);
    assertThat(out.toString()).contains("first backup", "verify", "Atoll", "qemu-img", "ext4 with");
    assertThat(Files.readString(markdown)).contains("| restore | Atoll |", "| --- | --- |");
    assertThat(err.toString()).contains("round 1, restore, qemu-img");
    assertNothingIsLeft();
  }

  private static void assertReport(JsonNode report) {
    for (String name :
        List.of("cpu", "processors", "memory_bytes", "kernel", "java", "file_system")) {
      assertThat(report.get("machine").has(name)).as(name).isTrue();
    }
    JsonNode image = report.get("image");
    assertThat(image.get("size_bytes").asLong()).isEqualTo(64 << 20);
    long allocated = image.get("allocated_bytes").asLong();
    assertThat(allocated).isBetween(12L << 20, 40L << 20);
    assertThat(image.get("changed_bytes").asLong()).isBetween(allocated / 40, allocated / 8);
    List<String> tools = new ArrayList<>();
    report.get("versions").propertyNames().forEach(tools::add);
    assertThat(tools).contains(Atoll.NAME, QemuImg.NAME);
    assertThat(report.get("versions").get(QemuImg.NAME).asString()).contains("qemu-img version");
    int lines = Step.values().length * tools.size();
    assertThat(report.get("measurements").size()).isEqualTo(lines);
    assertThat(report.get("medians").size()).isEqualTo(lines);
    for (JsonNode median : report.get("medians")) {
      assertMedian(median, median.get("step").asString(), allocated);
    }
  }

  private static void assertMedian(JsonNode median, String step, long allocated) {
    String line = median.toString();
    assertThat(median.get("outcome").asString()).as(line).isEqualTo("done");
    JsonNode figures = median.get("figures");
    assertThat(figures.get("seconds").asDouble()).as(line).isPositive();
    assertThat(figures.get("synced_seconds").asDouble())
        .as(line)
        .isGreaterThan(figures.get("seconds").asDouble());
    assertThat(figures.get("cpu_seconds").asDouble()).as(line).isNotNegative();
    assertThat(figures.get("peak_bytes").asLong()).as(line).isGreaterThan(1 << 20);
    assertThat(figures.get("stored_bytes").asLong()).as(line).isPositive();
    assertThat(median.get("megabytes_per_second").asDouble()).as(line).isPositive();
    assertThat(median.get("ratios").get("synced_seconds").asDouble()).as(line).isPositive();
    long newBytes = figures.get("new_disk_bytes").asLong();
    switch (step) {
      case "first_backup" -> assertThat(newBytes).as(line).isBetween(1L << 20, 2 * allocated);
      case "second_backup" -> assertThat(newBytes).as(line).isPositive();
      case "restore" -> assertThat(newBytes).as(line).isBetween(8L << 20, 70L << 20);
      default -> assertThat(step).isEqualTo("verify");
    }
  }

  @Test
  void anImageOfTheUsersOwnIsCopiedAndLeftAlone() throws Exception {
    Path image = image();
    byte[] before = Files.readAllBytes(image);
    int code =
        bench(
            "--image", image.toString(), "--rounds", "2", "--without", "restic", "--without=borg");
    assertThat(code).as(err.toString()).isZero();
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
    assertThat(out.toString())
        .contains("a copy of given.raw; disk of 24 MiB, 4 MiB of data", "Medians of 2 rounds")
        .contains("restic was left out, as was asked")
        .doesNotContain("borg 1");
    assertThat(err.toString().indexOf("round 2, restore, qemu-img"))
        .as("the second round begins with another")
        .isBetween(0, err.toString().indexOf("round 2, restore, Atoll"));
    assertNothingIsLeft();
  }

  /** Copies the image, but for what its script says. */
  private record Script(String name, String backup, String restore) implements BackupTool {
    @Override
    public List<String> versionWords() {
      return List.of("true");
    }

    @Override
    public List<ToolCommand> create(ToolFolder at) {
      return List.of();
    }

    @Override
    public ToolCommand backup(ToolFolder at, Path images, State state) {
      return shell(at, backup, images.resolve(ImageStates.NAME).toString(), state.word());
    }

    @Override
    public ToolCommand restore(ToolFolder at) {
      return shell(at, restore, "restored/" + ImageStates.NAME);
    }

    @Override
    public ToolCommand verify(ToolFolder at, Path images) {
      return shell(at, "true");
    }

    private static ToolCommand shell(ToolFolder at, String script, String... arguments) {
      var words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
      words.addAll(Arrays.asList(arguments));
      return ToolCommand.of(at.path(), words);
    }
  }

  @Test
  void whatIsRestoredWronglyOrFailsIsToldAsSuch() throws Exception {
    Programs programs = Programs.ofHost();
    var children = new Children(programs.require("time", "time"), folder);
    var progress = new ProgressLines(new PrintWriter(err, true), false);
    var states = new ImageStates(Files.createDirectory(folder.resolve("image")));
    new ImageMaker(programs, children, folder, states, progress)
        .make(new ImageSpec(image(), 0, 0, 0.05, 1));
    String copy = "cp --sparse=always \"$1\" repository/\"$2\"";
    List<BackupTool> tools =
        List.of(
            new Script("right", copy, "cp repository/second \"$1\""),
            new Script("late", copy, "cp repository/first \"$1\""),
            new Script("absent", copy, "true"),
            new Script("longer", copy, "cp repository/second \"$1\"; echo >> \"$1\""),
            new Script("weak", copy + "; [ \"$2\" = first ] || { echo no room; exit 5; }", "true"));
    Path round = folder.resolve("round");
    List<Measurement> all = new Round(1, round, states, children, progress).run(tools);
    assertThat(all)
        .filteredOn(each -> each.outcome() == Outcome.WRONG)
        .allMatch(each -> each.step() == Step.RESTORE)
        .extracting(Measurement::tool)
        .containsExactly("late", "absent", "longer");
    assertThat(all)
        .filteredOn(each -> each.tool().equals("weak"))
        .extracting(Measurement::outcome)
        .containsExactly(Outcome.DONE, Outcome.FAILED);
    assertThat(all)
        .filteredOn(each -> each.tool().equals("right"))
        .hasSize(Step.values().length)
        .allMatch(each -> each.outcome() == Outcome.DONE);
    assertThat(err.toString()).contains("WRONG", "ended with 5: no room");
  }

  @Test
  void nothingIsLeftOfItWhenItIsTerminated() throws Exception {
    var words = new ArrayList<>(Atoll.running().java());
    words.addAll(List.of("bench", "repository", "--work", work().toString()));
    words.addAll(List.of("--image", image().toString(), "--rounds", "100"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (Reader said = process.inputReader()) {
      assertThat(readUntil(said, "first backup, Atoll ...")).contains("making a copy of given.raw");
      process.toHandle().destroy(); // that of the process itself would close what we read from
      assertThat(readUntil(said, "nothing is left running")).contains("not done");
      assertThat(process.waitFor()).isEqualTo(128 + 15);
      assertNothingIsLeft();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readUntil(Reader said, String word) throws IOException {
    var text = new StringBuilder();
    while (text.indexOf(word) < 0) {
      int next = said.read();
      assertThat(next).as("after: %s", text).isNotNegative();
      text.append((char) next);
    }
    return text.toString();
  }

  @Test
  void mistakesAreAnsweredClearly() throws Exception {
    assertThat(bench("--without", "tar")).isEqualTo(2);
    assertThat(err.toString()).contains("'tar' cannot be left out", "restic, borg, qemu-img");
    assertThat(bench("--size", "1GB")).isEqualTo(2);
    assertThat(err.toString()).contains("'1GB' is not like");
    assertThat(bench("--size", "1G", "--content-bytes", "1G")).isEqualTo(2);
    assertThat(err.toString()).contains("three quarters");
    assertThat(bench("--rounds", "0")).isEqualTo(2);
    assertThat(bench("--change-percent", "60")).isEqualTo(2);
    assertThat(err.toString()).contains("at most 50");
    assertThat(bench("--report", folder.resolve("no/report").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("cannot be written");
    assertThat(bench("--image", folder.resolve("nothing").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("nothing");
    assertThat(bench("--size", "800T", "--content-bytes", "400T")).isEqualTo(1);
    assertThat(err.toString()).contains("MiB of free space", "--work");
    assertNothingIsLeft();
  }
}
