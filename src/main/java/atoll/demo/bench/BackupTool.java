package atoll.demo.bench;

import atoll.demo.bench.ImageStates.State;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that backs up images, and how a user calls it.
 *
 * <p>Knows no state: what it writes lies in the folder it is given.
 */
interface BackupTool {
  /** What people call it. */
  String name();

  /** Says which release it is, in its first line. */
  List<String> versionWords();

  /** What makes an empty repository; none if it needs none. */
  List<ToolCommand> create(ToolFolder at);

  /**
   * Writes a backup that is called as the state is.
   *
   * @param images the folder in which the image lies, under the name it has
   */
  ToolCommand backup(ToolFolder at, Path images, State state);

  /** Writes the second state to {@link ToolFolder#restored}, under the name of the image. */
  ToolCommand restore(ToolFolder at);

  /** Reads all that was stored, and compares it with what it was, or should be. */
  ToolCommand verify(ToolFolder at, Path images);
}
