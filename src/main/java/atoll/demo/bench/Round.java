package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every tool does every step once: all of them the first step, one after the other, then all of
 * them the next, so that what changes on the machine with time changes for all.
 *
 * <p>A tool that fails does none of the steps that follow.
 */
final class Round {
  private final int number;
  private final Path folder;
  private final ImageStates images;
  private final Children children;
  private final Disk disk;
  private final ProgressLines progress;
  private final Map<BackupTool, ToolFolder> working = new HashMap<>();
  private final List<Measurement> measurements = new ArrayList<>();

  /**
   * @param number from 1 on
   * @param folder to be made
   */
  Round(int number, Path folder, ImageStates images, Children children, ProgressLines progress) {
    this.number = number;
    this.folder = folder;
    this.images = images;
    this.children = children;
    this.disk = new Disk(children, folder);
    this.progress = progress;
  }

  /**
   * Does it.
   *
   * @param tools in the order in which they do each step
   */
  List<Measurement> run(List<BackupTool> tools) throws IOException, InterruptedException {
    for (BackupTool tool : tools) {
      begin(tool);
    }
    for (Step step : Step.values()) {
      for (BackupTool tool : tools) {
        ToolFolder at = working.get(tool);
        if (at != null) {
          measure(step, tool, at);
        }
      }
    }
    return List.copyOf(measurements);
  }

  private void begin(BackupTool tool) throws IOException, InterruptedException {
    ToolFolder at = ToolFolder.make(folder.resolve(tool.name()));
    try {
      for (ToolCommand command : tool.create(at)) {
        children.run(command);
      }
      working.put(tool, at);
    } catch (ToolFailedException e) {
      failed(Step.FIRST_BACKUP, tool, e);
    }
  }

  private void failed(Step step, BackupTool tool, ToolFailedException e) {
    working.remove(tool);
    measurements.add(Measurement.failed(number, step, tool.name(), e));
    progress.say("  " + e.getMessage());
  }

  private void measure(Step step, BackupTool tool, ToolFolder at)
      throws IOException, InterruptedException {
    try {
      String what = "round %d, %s, %s".formatted(number, step.title(), tool.name());
      Measurement measured = progress.during(what, () -> measured(step, tool, at));
      measurements.add(measured);
      if (measured.outcome() == Outcome.WRONG) {
        progress.say("  WRONG: what it restored is not what was backed up");
      }
    } catch (ToolFailedException e) {
      failed(step, tool, e);
    }
  }

  private Measurement measured(Step step, BackupTool tool, ToolFolder at)
      throws IOException, InterruptedException {
    Path image = images.show(step == Step.FIRST_BACKUP ? State.FIRST : State.SECOND);
    Path written = step == Step.RESTORE ? at.restored() : at.repository();
    Files.createDirectories(written);
    long diskBytesBefore = disk.usedBytes(written);
    disk.sync(); // nobody pays for what another wrote
    Allocation.of(image).read(image);
    Disk.readAll(at.repository());
    Cost cost = children.time(command(step, tool, at));
    double syncSeconds = disk.sync();
    long diskBytes = disk.usedBytes(written);
    var figures =
        new Figures(
            cost.seconds(),
            cost.seconds() + syncSeconds,
            cost.cpuSeconds(),
            cost.peakBytes(),
            new FileTree(written).fileBytes(),
            diskBytes,
            diskBytes - diskBytesBefore);
    Outcome outcome = Outcome.DONE;
    if (step == Step.RESTORE) {
      outcome = isSame(image, at.restored().resolve(ImageStates.NAME));
      new FileTree(at.restored()).delete();
    }
    return Measurement.of(number, step, tool.name(), outcome, figures);
  }

  private ToolCommand command(Step step, BackupTool tool, ToolFolder at) {
    return switch (step) {
      case FIRST_BACKUP -> tool.backup(at, images.folder(), State.FIRST);
      case SECOND_BACKUP -> tool.backup(at, images.folder(), State.SECOND);
      case RESTORE -> tool.restore(at);
      case VERIFY -> tool.verify(at, images.folder());
    };
  }

  /** Byte for byte. */
  private static Outcome isSame(Path image, Path restored) throws IOException {
    boolean isSame = Files.isRegularFile(restored) && Files.mismatch(image, restored) < 0;
    return isSame ? Outcome.DONE : Outcome.WRONG;
  }
}
