package atoll.demo.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the programs of this host lie.
 *
 * @param folders in the order in which they are looked through
 */
public record Programs(List<Path> folders) {
  public Programs {
    folders = List.copyOf(folders);
  }

  /**
   * The folders of PATH, and those of the system's own programs, which not everybody's PATH has.
   */
  public static Programs ofHost() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    var folders = new ArrayList<Path>();
    Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .forEach(folders::add);
    folders.addAll(List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/sbin")));
    return new Programs(folders);
  }

  /** The program of a name, if it is there. */
  public Optional<Path> find(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** The program of a name, which there is no doing without. */
  String require(String name, String debianPackage) throws MissingProgramException {
    return find(name)
        .orElseThrow(() -> new MissingProgramException(name, debianPackage))
        .toString();
  }
}
