package atoll.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The files of this host. */
public final class HostFiles implements ImageFiles {
  /** Needs nothing. */
  public HostFiles() {}

  @Override
  public Path real(Path named) throws IOException {
    return named.toRealPath();
  }

  @Override
  public ImageFile open(Path file) throws IOException {
    return HostFile.open(file);
  }

  @Override
  public Instant changedAt(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toInstant();
  }
}
