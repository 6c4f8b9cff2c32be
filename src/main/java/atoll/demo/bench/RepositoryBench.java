package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Set;

/** What {@link BenchRepositoryCommand} measures. */
final class RepositoryBench {
  private final Programs programs;
  private final WorkFolder work;
  private final Children children;
  private final ProgressLines progress;

  RepositoryBench(Programs programs, WorkFolder work, Children children, ProgressLines progress) {
    this.programs = programs;
    this.work = work;
    this.children = children;
    this.progress = progress;
  }

  /**
   * Makes the image, and lets the tools work on it round by round. Each begins another round.
   *
   * @param without names of tools that are not wanted
   */
  Report run(ImageSpec spec, int rounds, Set<String> without)
      throws IOException, InterruptedException {
    Tools tools = Tools.find(programs, without, children, work.path());
    tools.leftOut().forEach(progress::say);
    work.requireSpace(spaceBytesMax(spec, tools.present().size()));
    var states = new ImageStates(Files.createDirectory(work.path().resolve("image")));
    ImageFacts image = new ImageMaker(programs, children, work.path(), states, progress).make(spec);
    var measurements = new ArrayList<Measurement>();
    for (int number = 1; number <= rounds; number++) {
      var order = new ArrayList<>(tools.present());
      Collections.rotate(order, 1 - number);
      Path folder = work.path().resolve("round-" + number);
      measurements.addAll(new Round(number, folder, states, children, progress).run(order));
      if (!work.isKept()) {
        new FileTree(folder).delete();
      }
    }
    return new Report(
        Instant.now().toString(),
        Machine.of(work.path()),
        image,
        spec.seed(),
        rounds,
        tools.versions(),
        tools.leftOut(),
        measurements,
        Summary.of(measurements, image.allocatedBytes()));
  }

  /**
   * Both states of the image and the files it is made of, what each tool stores if nothing can be
   * compressed, qemu-img all of it twice, and one image that was restored without holes.
   */
  private static long spaceBytesMax(ImageSpec spec, int tools) throws IOException {
    return ImageMaker.sizeBytes(spec) + ImageMaker.contentBytesMax(spec) * (3 + tools + 1);
  }
}
