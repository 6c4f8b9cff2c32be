package atoll.format;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Files in memory, in a folder without links. */
public final class MemoryFiles implements ImageFiles {
  private final Path folder;
  private final Map<Path, MemoryFile> files = new HashMap<>();

  /** An empty folder of that name, which need not be there. */
  public MemoryFiles(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** A new file in the folder, in the place of one of the same name. */
  public MemoryFile create(String name) {
    Path path = folder.resolve(name);
    var file = new MemoryFile(path);
    files.put(path, file);
    return file;
  }

  /** What a file of the folder is called. */
  public Path path(String name) {
    return folder.resolve(name);
  }

  /** Demands that whoever opened a file has closed it. */
  public void demandClosed() {
    files.values().forEach(MemoryFile::demandClosed);
  }

  @Override
  public Path real(Path named) throws IOException {
    Path real = named.toAbsolutePath().normalize();
    if (!files.containsKey(real) && !folder.startsWith(real)) {
      throw new NoSuchFileException(named.toString());
    }
    return real;
  }

  @Override
  public ImageFile open(Path file) throws IOException {
    MemoryFile found = files.get(file);
    if (found == null) {
      throw new NoSuchFileException(file.toString());
    }
    return found.open();
  }

  @Override
  public Instant changedAt(Path file) {
    return Instant.EPOCH;
  }
}
