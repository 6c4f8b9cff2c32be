package atoll.objectstore;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder where objects are written before they get their names.
 *
 * <p>A file is called {@code <host>,<pid>,<start of the process in ms>,<store>-<count>}, so that a
 * later process can tell whether its writer still lives. The rule: a file of this host whose
 * process is gone (no process of that pid, or one that started at another time) is a leftover of a
 * killed put and is removed on opening; a file of another host, whose processes cannot be seen, is
 * removed when it has not been written to for {@link #FOREIGN_LEFTOVER_AGE}. Should a live writer
 * lose its file all the same (two containers that share a host name, not the processes), its put
 * fails with an error and nothing else is hurt.
 */
final class IncomingFolder {
  static final Duration FOREIGN_LEFTOVER_AGE = Duration.ofDays(2);

  private static final Logger LOG = LoggerFactory.getLogger(IncomingFolder.class);

  static final String NAME = ".incoming";

  private static final Pattern FILE = Pattern.compile("([^,]*),(\\d{1,18}),(\\d{1,18}),.*");
  private static final AtomicLong STORES = new AtomicLong();

  private final Path folder;
  private final String filePrefix;
  private final AtomicLong files = new AtomicLong();

  private IncomingFolder(Path folder, String filePrefix) {
    this.folder = folder;
    this.filePrefix = filePrefix;
  }

  /**
   * Makes the folder if it is not there, and removes what killed puts left in it, as far as that is
   * possible: from a store that cannot be written to one can still read.
   */
  static IncomingFolder open(Path root) {
    Path folder = root.resolve(NAME);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      removeLeftovers(folder);
    } catch (IOException e) {
      LOG.info("{} can only be read: {}", root, e.toString());
    }
    var own = ProcessHandle.current();
    String filePrefix =
        "%s,%d,%d,%d-"
            .formatted(
                Host.name(), own.pid(), ProcessMark.startMillis(own), STORES.incrementAndGet());
    return new IncomingFolder(folder, filePrefix);
  }

  /** A file that nobody has, open for writing. */
  NewFile create() throws IOException {
    Path path = folder.resolve(filePrefix + files.incrementAndGet());
    return new NewFile(path, FileChannel.open(path, CREATE_NEW, WRITE));
  }

  /** A file under way; whoever asked for it closes the channel. */
  record NewFile(Path path, FileChannel channel) {}

  private static void removeLeftovers(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (isLeftover(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      LOG.warn("leftovers of killed puts stay in {}", folder, e);
    }
  }

  private static boolean isLeftover(Path file) throws IOException {
    Matcher name = FILE.matcher(file.getFileName().toString());
    if (name.matches() && !Host.name().isEmpty() && name.group(1).equals(Host.name())) {
      long pid = Long.parseLong(name.group(2));
      long startMillis = Long.parseLong(name.group(3));
      return ProcessMark.isGone(pid, startMillis);
    }
    try {
      Instant written = Files.getLastModifiedTime(file).toInstant();
      return written.isBefore(Instant.now().minus(FOREIGN_LEFTOVER_AGE));
    } catch (NoSuchFileException e) {
      return false; // its put ended meanwhile
    }
  }
}
