package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.nio.file.Path;
import java.util.List;

/**
 * qemu-img, which writes every backup as a compressed qcow2 file of its own: nothing encrypted,
 * nothing shared.
 *
 * @param program where it lies
 */
record QemuImg(String program) implements BackupTool {
  static final String NAME = "qemu-img";

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
    return List.of();
  }

  @Override
  public ToolCommand backup(ToolFolder at, Path images, State state) {
    return ToolCommand.of(
        at.path(),
        List.of(
            program,
            "convert",
            "-f",
            "raw",
            "-O",
            "qcow2",
            "-c",
            "-o",
            "compression_type=zstd",
            images.resolve(ImageStates.NAME).toString(),
            file(at, state)));
  }

  @Override
  public ToolCommand restore(ToolFolder at) {
    String out = at.restored().resolve(ImageStates.NAME).toString();
    return ToolCommand.of(
        at.path(),
        List.of(program, "convert", "-f", "qcow2", "-O", "raw", file(at, State.SECOND), out));
  }

  /** It keeps no sums, so it has to be given the image to compare with. */
  @Override
  public ToolCommand verify(ToolFolder at, Path images) {
    return ToolCommand.of(
        at.path(),
        List.of(
            program,
            "compare",
            "-f",
            "raw",
            "-F",
            "qcow2",
            images.resolve(ImageStates.NAME).toString(),
            file(at, State.SECOND)));
  }

  private static String file(ToolFolder at, State state) {
    return at.repository().resolve(state.word() + ".qcow2").toString();
  }
}
