package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one tool has to itself in one round.
 *
 * @param path absolute
 */
record ToolFolder(Path path) {
  /** Makes it. */
  static ToolFolder make(Path path) throws IOException {
    var made = new ToolFolder(path);
    Files.createDirectories(made.repository());
    Files.createDirectories(made.home());
    return made;
  }

  /** Where backups go, and nothing else: the size of this is what they cost. */
  Path repository() {
    return path.resolve("repository");
  }

  /** Where keys and caches go. */
  Path home() {
    return path.resolve("home");
  }

  /** Where the image is restored to, under its name. */
  Path restored() {
    return path.resolve("restored");
  }
}
