package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the two states of the image that is backed up. */
final class ImageMaker {
  private static final Path USER_PROGRAMS = Path.of("/usr");

  private final Programs programs;
  private final Children children;
  private final Path folder;
  private final ImageStates states;
  private final ProgressLines progress;

  /**
   * @param folder in which files may be gathered meanwhile
   * @param states to be made
   */
  ImageMaker(
      Programs programs,
      Children children,
      Path folder,
      ImageStates states,
      ProgressLines progress) {
    this.programs = programs;
    this.children = children;
    this.folder = folder;
    this.states = states;
    this.progress = progress;
  }

  /** How much data an image will have at most. */
  static long contentBytesMax(ImageSpec spec) throws IOException {
    return spec.given() == null ? spec.contentBytes() : Allocation.of(spec.given()).bytes();
  }

  /** How large the disk will be. */
  static long sizeBytes(ImageSpec spec) throws IOException {
    return spec.given() == null ? spec.sizeBytes() : Allocation.of(spec.given()).sizeBytes();
  }

  /** Makes both states. */
  ImageFacts make(ImageSpec spec) throws IOException, InterruptedException {
    Path first = states.hidden(State.FIRST);
    Path given = spec.given();
    String origin = given == null ? fromHost(spec, first) : copied(given, first);
    Allocation allocation = Allocation.of(first);
    long wantedBytes = (long) (allocation.bytes() * spec.changedPart());
    if (wantedBytes == 0) {
      throw new IOException(origin + ": there is no data in it that could be changed");
    }
    long changed =
        progress.during("making its second state", () -> change(allocation, wantedBytes, spec));
    return new ImageFacts(origin, allocation.sizeBytes(), allocation.bytes(), changed);
  }

  private String fromHost(ImageSpec spec, Path image) throws IOException, InterruptedException {
    List<Path> roots = roots();
    HostContent content =
        progress.during(
            "choosing files below " + roots,
            () -> HostContent.choose(roots, spec.contentBytes(), spec.seed()));
    String origin =
        "ext4 with %d files of this host, %d MiB"
            .formatted(content.files().size(), content.bytes() >> 20);
    return progress.during(
        "making an image: " + origin,
        () -> {
          fileSystem(content, spec.sizeBytes(), image);
          return origin;
        });
  }

  /** The Java that runs us may lie elsewhere. */
  private static List<Path> roots() {
    var roots = new ArrayList<>(List.of(USER_PROGRAMS));
    Path java = Path.of(System.getProperty("java.home"));
    if (!java.startsWith(USER_PROGRAMS)) {
      roots.add(java);
    }
    return roots;
  }

  private void fileSystem(HostContent content, long sizeBytes, Path image)
      throws IOException, InterruptedException {
    Path files = Files.createDirectory(folder.resolve("files"));
    content.copyTo(files);
    // Some files of a few bytes each need more inodes than a disk of this size usually has.
    long inodes = Math.max(sizeBytes / 16384, content.files().size() * 2L + 1024);
    var words =
        List.of(
            programs.require("mkfs.ext4", "e2fsprogs"),
            "-q",
            "-F",
            "-b",
            "4096",
            "-N",
            Long.toString(inodes),
            "-E",
            "lazy_itable_init=1,nodiscard",
            "-d",
            files.toString(),
            image.toString(),
            sizeBytes / 1024 + "k");
    children.run(ToolCommand.of(folder, words));
    new FileTree(files).delete();
  }

  private String copied(Path given, Path image) throws IOException, InterruptedException {
    String origin = "a copy of " + given.getFileName();
    return progress.during(
        "making " + origin,
        () -> {
          copy("always", given.toAbsolutePath(), image);
          return origin;
        });
  }

  /**
   * No block is shared, so that both states lie on the disk in the same way.
   *
   * @param sparse where the copy has holes: {@code always} where there are zeros, {@code auto}
   *     where there are holes already
   */
  private void copy(String sparse, Path from, Path to) throws IOException, InterruptedException {
    var words =
        List.of("cp", "--sparse=" + sparse, "--reflink=never", from.toString(), to.toString());
    children.run(ToolCommand.of(folder, words));
  }

  private long change(Allocation allocation, long wantedBytes, ImageSpec spec)
      throws IOException, InterruptedException {
    Path first = states.hidden(State.FIRST);
    Path second = states.hidden(State.SECOND);
    copy("auto", first, second);
    return new ScatteredChanges(allocation, new SplittableRandom(spec.seed()))
        .apply(first, second, wantedBytes);
  }
}
