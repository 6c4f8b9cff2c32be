package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Borg with a key in its repository, zstd at its usual level, and chunks as it makes them without
 * being told.
 *
 * @param program where it lies
 */
record Borg(String program) implements BackupTool {
  static final String NAME = "borg";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> versionWords() {
    return List.of(program, "--version");
  }

  @Override
  public List<ToolCommand> create(ToolFolder at) {
    return List.of(
        command(at, at.path(), "init", "--encryption", "repokey", at.repository().toString()));
  }

  /** Called in the image's folder, so that it is restored without the names of ours. */
  @Override
  public ToolCommand backup(ToolFolder at, Path images, State state) {
    return command(
        at, images, "create", "--compression", "zstd,3", archive(at, state), ImageStates.NAME);
  }

  @Override
  public ToolCommand restore(ToolFolder at) {
    return command(at, at.restored(), "extract", "--sparse", archive(at, State.SECOND));
  }

  @Override
  public ToolCommand verify(ToolFolder at, Path images) {
    return command(at, at.path(), "check", "--verify-data", at.repository().toString());
  }

  private static String archive(ToolFolder at, State state) {
    return at.repository() + "::" + state.word();
  }

  private ToolCommand command(ToolFolder at, Path folder, String... arguments) {
    var words = new ArrayList<>(List.of(program));
    words.addAll(List.of(arguments));
    var environment = Map.of("BORG_BASE_DIR", at.home().toString(), "BORG_PASSPHRASE", "benchmark");
    return new ToolCommand(folder, environment, words);
  }
}
