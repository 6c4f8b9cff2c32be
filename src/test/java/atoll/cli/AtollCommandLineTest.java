package atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class AtollCommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** A command of another room, as {@code Main} would hand it over. */
  @Command(name = "tour", description = "Shows the house.")
  private static final class Tour implements Callable<Integer> {
    private final Callable<Integer> work;

    @Option(names = "--report", paramLabel = "FILE", description = "where the report goes")
    private String report = "";

    Tour(Callable<Integer> work) {
      this.work = work;
    }

    @Override
    public Integer call() throws Exception {
      return report.isEmpty() ? work.call() : report.length();
    }
  }

  @Test
  void nothingTypedShowsHelp() {
    assertThat(run()).isZero();
    assertThat(out.toString())
        .startsWith("Usage: atoll")
        .contains("Shows the house.", "version", "70   an error in Atoll itself");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void helpExplainsACommand() {
    assertThat(run("help", "tour")).isZero();
    assertThat(out.toString()).startsWith("Usage: atoll tour").contains("--report=FILE");
  }

  @Test
  void versionNamesAtollAndJava() {
    assertThat(run("version")).isZero();
    assertThat(out.toString().lines()).hasSize(2).first().asString().startsWith("atoll ");
    assertThat(out.toString()).contains("Java " + Runtime.version());
  }

  @Test
  void versionIsAnOptionToo() {
    run("version");
    String answer = out.toString();
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).isEqualTo(answer + answer);
  }

  @Test
  void commandDecidesTheExitCode() {
    assertThat(run("tour", "--report", "1234")).isEqualTo(4);
  }

  @Test
  void unknownCommandIsRefusedWithASuggestion() {
    assertThat(run("tuor")).isEqualTo(ExitCode.USAGE.value());
    assertThat(err.toString().lines())
        .containsExactly("atoll: unknown command 'tuor'; did you mean tour?", "Try: atoll help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void nothingIsSuggestedForWhatResemblesNothing() {
    assertThat(run("xyzzy")).isEqualTo(ExitCode.USAGE.value());
    assertThat(err.toString())
        .startsWith("atoll: unknown command 'xyzzy'" + System.lineSeparator());
  }

  @Test
  void unknownOptionIsRefusedWithASuggestion() {
    assertThat(run("tour", "--reprot=x")).isEqualTo(ExitCode.USAGE.value());
    assertThat(err.toString().lines())
        .containsExactly(
            "atoll: unknown option '--reprot'; did you mean --report?", "Try: atoll tour --help");
  }

  @Test
  void leftOverArgumentIsRefused() {
    assertThat(run("version", "now")).isEqualTo(ExitCode.USAGE.value());
    assertThat(err.toString()).startsWith("atoll: unexpected argument 'now'");
  }

  @Test
  void missingValueIsRefused() {
    assertThat(run("tour", "--report")).isEqualTo(ExitCode.USAGE.value());
    assertThat(err.toString()).startsWith("atoll: Missing required parameter for option");
  }

  @Test
  void failureOfTheWorldIsOneLineWithItsCauses() {
    int code =
        run(
            () -> {
              throw new IOException("open /v/3f.qcow2", new IOException("no such file"));
            },
            "tour");
    assertThat(code).isEqualTo(ExitCode.FAILED.value());
    assertThat(err.toString().lines()).containsExactly("atoll: open /v/3f.qcow2: no such file");
  }

  @Test
  void errorOfOursIsLoud() {
    int code =
        run(
            () -> {
              throw new IllegalStateException("two heads on one chain");
            },
            "tour");
    assertThat(code).isEqualTo(ExitCode.INTERNAL.value());
    assertThat(err.toString())
        .contains("please report", "two heads on one chain", "at atoll.cli.AtollCommandLineTest");
  }

  @Test
  void completionScriptKnowsTheCommands() {
    assertThat(run("generate-completion")).isZero();
    assertThat(out.toString()).startsWith("#!").contains("_picocli_atoll_tour");
  }

  private int run(String... arguments) {
    return run(ExitCode.DONE::value, arguments);
  }

  private int run(Callable<Integer> work, String... arguments) {
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(new NamedCommand("tour", () -> new Tour(work))))
        .run(arguments);
  }
}
