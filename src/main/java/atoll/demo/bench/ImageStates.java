package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Two states of one disk image. Tools find either under the one name that the image has: to them it
 * has changed in its place, as a machine's disk does.
 */
final class ImageStates {
  /** The name that tools find the image under. */
  static final String NAME = "disk.raw";

  private final Path folder;
  private @Nullable State shown;

  ImageStates(Path folder) {
    this.folder = folder;
  }

  /** What an image can be like. */
  enum State {
    FIRST("first"),
    SECOND("second");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** What its backups are called. */
    String word() {
      return word;
    }
  }

  /** Where the image lies, under its name. */
  Path folder() {
    return folder;
  }

  /** Where a state lies while it is not shown; there it is to be made. */
  Path hidden(State state) {
    return folder.resolve(state.word() + ".raw");
  }

  /** Gives the image the name that tools find it under. */
  Path show(State state) throws IOException {
    Path image = folder.resolve(NAME);
    if (shown == state) {
      return image;
    }
    if (shown != null) {
      Files.move(image, hidden(shown), StandardCopyOption.ATOMIC_MOVE);
      shown = null;
    }
    Files.move(hidden(state), image, StandardCopyOption.ATOMIC_MOVE);
    shown = state;
    return image;
  }
}
