package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * restic, as it is without being told anything: encrypted always, compressed since 0.14.
 *
 * @param program where it lies
 * @param restoresHoles whether this release can leave holes in what it restores
 */
record Restic(String program, boolean restoresHoles) implements BackupTool {
  static final String NAME = "restic";
  static final String HOLES_OPTION = "--sparse";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> versionWords() {
    return List.of(program, "version");
  }

  @Override
  public List<ToolCommand> create(ToolFolder at) {
    return List.of(command(at, at.path(), "init"));
  }

  /** Called in the image's folder, so that it is restored without the names of ours. */
  @Override
  public ToolCommand backup(ToolFolder at, Path images, State state) {
    return command(at, images, "backup", "--tag", state.word(), ImageStates.NAME);
  }

  @Override
  public ToolCommand restore(ToolFolder at) {
    var words = new ArrayList<>(List.of("restore", "--tag", State.SECOND.word(), "latest"));
    words.addAll(List.of("--target", at.restored().toString()));
    if (restoresHoles) {
      words.add(HOLES_OPTION);
    }
    return command(at, at.path(), words.toArray(String[]::new));
  }

  @Override
  public ToolCommand verify(ToolFolder at, Path images) {
    return command(at, at.path(), "check", "--read-data");
  }

  private ToolCommand command(ToolFolder at, Path folder, String... arguments) {
    var words = new ArrayList<>(List.of(program));
    words.addAll(List.of(arguments));
    var environment =
        Map.of(
            "RESTIC_REPOSITORY",
            at.repository().toString(),
            "RESTIC_PASSWORD",
            "benchmark",
            "RESTIC_CACHE_DIR",
            at.home().toString());
    return new ToolCommand(folder, environment, words);
  }
}
