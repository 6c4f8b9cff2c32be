package atoll;

import atoll.identity.NewPassword;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The file that gives OpenStack's clients the administrator's password. Nobody else has that, so
 * the file is promised, empty, before there is one: a start that ends between the two is made good
 * by the next. Where the file is not there at all, somebody took it away.
 */
final class Openrc {
  private final Path file;

  Openrc(Path file) {
    this.file = file;
  }

  /** Makes it, empty, unless it is there. */
  void promise() throws IOException {
    try {
      create(file);
    } catch (FileAlreadyExistsException e) {
      return; // promised by a start that did not get further, or written
    }
  }

  /** Whether it is there and empty. */
  boolean isPromised() throws IOException {
    return Files.exists(file) && Files.size(file) == 0;
  }

  private static void create(Path path) throws IOException {
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Writes it, whole or not at all. */
  void write(String url, String region, NewPassword password) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    create(draft);
    Files.writeString(
        draft,
        """
        # Source this file, and OpenStack's clients speak to Atoll as its administrator.
        export OS_AUTH_URL=%s/identity/v3
        export OS_IDENTITY_API_VERSION=3
        export OS_USERNAME=%s
        export OS_PASSWORD=%s
        export OS_PROJECT_NAME=admin
        export OS_USER_DOMAIN_NAME=Default
        export OS_PROJECT_DOMAIN_NAME=Default
        export OS_REGION_NAME=%s
        export OS_VOLUME_API_VERSION=3
        """
            .formatted(url, password.userName(), password.password(), region));
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
