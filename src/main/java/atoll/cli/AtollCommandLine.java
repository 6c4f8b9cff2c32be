package atoll.cli;

import atoll.model.Causes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code atoll} command line: a root, {@code help}, {@code version}, and the commands it is
 * given.
 *
 * <p>A command may throw {@link IOException}, whose message is then the answer; any other exception
 * is an error in Atoll and shown with its stack trace.
 */
public final class AtollCommandLine {
  private static final String[] HELP = {"help"};

  private final PrintWriter out;
  private final PrintWriter err;
  private final List<NamedCommand> commands;

  /**
   * @param out answers
   * @param err complaints
   * @param commands in the order in which help lists them
   */
  public AtollCommandLine(PrintWriter out, PrintWriter err, List<NamedCommand> commands) {
    this.out = out;
    this.err = err;
    var version = new NamedCommand("version", () -> new VersionCommand(out));
    this.commands = Stream.concat(commands.stream(), Stream.of(version)).toList();
  }

  /** Does what {@code arguments} say and returns the process's exit code. */
  public int run(String... arguments) {
    String[] said = arguments.length == 0 ? HELP : arguments;
    List<NamedCommand> named =
        commands.stream().filter(command -> command.name().equals(said[0])).toList();
    return (named.isEmpty() ? commandLine(commands, true) : commandLine(named, false))
        .execute(said);
  }

  /** A root with these commands, and with those that speak of it if it has all. */
  private CommandLine commandLine(List<NamedCommand> commands, boolean isWhole) {
    var root = new CommandLine(rootSpec());
    commands.forEach(command -> root.addSubcommand(command.name(), command.make()));
    addHelp(root);
    if (isWhole) {
      root.addSubcommand(new HelpCommand());
      root.addSubcommand(new GenerateCompletion());
    }
    root.setCaseInsensitiveEnumValuesAllowed(true); // formats are written in lower case
    root.setOut(out);
    root.setErr(err);
    root.setParameterExceptionHandler((refused, _) -> refuse(refused));
    root.setExecutionExceptionHandler(AtollCommandLine::explain);
    return root;
  }

  /** Every command, and those below it, explains itself when asked. */
  private static void addHelp(CommandLine command) {
    command
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build());
    command.getSubcommands().values().forEach(AtollCommandLine::addHelp);
  }

  private static CommandSpec rootSpec() {
    var spec =
        CommandSpec.create()
            .name("atoll")
            .addOption(
                OptionSpec.builder("-V", "--version")
                    .versionHelp(true)
                    .description("Print version information and exit.")
                    .build())
            .versionProvider(() -> ProgramVersion.running().lines());
    spec.usageMessage()
        .description(
            "Turns machines that run QEMU/KVM into a small cloud with EBS-grade volumes and"
                + " snapshots.")
        .synopsisSubcommandLabel("COMMAND")
        .commandListHeading("%nCommands:%n")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.table());
    return spec;
  }

  private static int refuse(ParameterException refused) {
    CommandLine command = refused.getCommandLine();
    boolean atRoot = command.getParent() == null;
    command.getErr().println("atoll: " + complaint(refused));
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println("Try: " + (atRoot ? "atoll help" : name + " --help"));
    return ExitCode.USAGE.value();
  }

  /** One sentence; picocli's own words, except where they speak of indexes. */
  private static String complaint(ParameterException refused) {
    if (!(refused instanceof UnmatchedArgumentException unmatched)) {
      return Objects.requireNonNullElse(refused.getMessage(), "wrong command line");
    }
    CommandSpec spec = refused.getCommandLine().getCommandSpec();
    String first = unmatched.getUnmatched().getFirst();
    if (first.startsWith("-")) {
      String name = first.replaceFirst("=.*", "");
      return misspelt("unknown option", name, spec.optionsMap().keySet());
    }
    return !spec.subcommands().isEmpty()
        ? misspelt("unknown command", first, spec.subcommands().keySet())
        : "unexpected argument '%s'".formatted(first);
  }

  private static String misspelt(String what, String typed, Set<String> known) {
    String suggestion =
        Spelling.closest(typed, known).map("; did you mean %s?"::formatted).orElse("");
    return "%s '%s'%s".formatted(what, typed, suggestion);
  }

  private static int explain(Exception thrown, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    if (thrown instanceof IOException || thrown instanceof UncheckedIOException) {
      err.println("atoll: " + Causes.inOneLine(thrown));
      return ExitCode.FAILED.value();
    }
    err.println("atoll: an error in Atoll itself; please report it with these lines");
    err.println(String.join(System.lineSeparator(), ProgramVersion.running().lines()));
    err.println(command.getColorScheme().stackTraceText(thrown));
    return ExitCode.INTERNAL.value();
  }
}
