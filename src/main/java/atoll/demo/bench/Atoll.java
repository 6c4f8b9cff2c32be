package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Atoll that this is, in processes of its own: with the same Java, its options, and the same
 * jar.
 *
 * @param java the words before a command
 */
public record Atoll(List<String> java) implements BackupTool {
  static final String NAME = "Atoll";

  private static final String MAIN_CLASS = "atoll.Main";
  private static final String SNAPSHOT = "disk";

  public Atoll {
    java = List.copyOf(java);
  }

  /** The one that runs. */
  public static Atoll running() {
    String classPath = System.getProperty("java.class.path");
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
      words.addAll(List.of("-jar", Path.of(classPath).toAbsolutePath().toString()));
    } else {
      words.addAll(List.of("-cp", classPath, MAIN_CLASS));
    }
    return new Atoll(words);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> versionWords() {
    return words(List.of("version"));
  }

  @Override
  public List<ToolCommand> create(ToolFolder at) {
    return List.of(repository(at, "init"));
  }

  @Override
  public ToolCommand backup(ToolFolder at, Path images, State state) {
    String image = images.resolve(ImageStates.NAME).toString();
    return repository(at, "backup", image, "--name", SNAPSHOT, "--no-progress");
  }

  @Override
  public ToolCommand restore(ToolFolder at) {
    String out = at.restored().resolve(ImageStates.NAME).toString();
    return repository(at, "restore", SNAPSHOT, out, "--no-progress");
  }

  @Override
  public ToolCommand verify(ToolFolder at, Path images) {
    return repository(at, "verify", "--no-progress");
  }

  private ToolCommand repository(ToolFolder at, String verb, String... more) {
    var command = new ArrayList<>(List.of("repository", verb, at.repository().toString()));
    command.addAll(List.of(more));
    command.addAll(List.of("--key", at.home().resolve("key").toString()));
    command.addAll(List.of("--cache", at.home().resolve("cache").toString()));
    return ToolCommand.of(at.path(), words(command));
  }

  private List<String> words(List<String> command) {
    var words = new ArrayList<>(java);
    words.addAll(command);
    return words;
  }
}
