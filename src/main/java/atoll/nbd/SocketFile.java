package atoll.nbd;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A UNIX domain socket that is listened on, and its file, which only its owner may use. The file of
 * a process that was killed is replaced; nothing else ever is.
 *
 * <p>Source: Linux man-pages, unix(7).
 */
final class SocketFile implements Closeable {
  /** The 108 bytes of {@code sun_path}, less the zero at the end and one that Java wants. */
  static final int PATH_BYTES_MAX = 106;

  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET = 0140000;

  /** Not the time of the last change, which a new name changes, too. */
  private static final String ATTRIBUTES = "unix:mode,ino,dev,lastModifiedTime";

  private final Path path;
  private final ServerSocketChannel channel;
  private final Map<String, Object> identity;

  private SocketFile(Path path, ServerSocketChannel channel, Map<String, Object> identity) {
    this.path = path;
    this.channel = channel;
    this.identity = identity;
  }

  /**
   * Listens on a socket of this name.
   *
   * @throws FileAlreadyExistsException if somebody listens there, or it is no socket
   * @throws FileSystemException if there can be no socket of this name
   */
  static SocketFile listen(Path path) throws IOException {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > PATH_BYTES_MAX) {
      throw new FileSystemException(
          path.toString(),
          null,
          "the path of a socket has at most %d bytes, this one %d; choose a shorter one"
              .formatted(PATH_BYTES_MAX, bytes));
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          path.toString(), null, "there is no folder " + folder + " for it; make it first");
    }
    removeDead(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
      return own(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static SocketFile own(Path path, ServerSocketChannel channel) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    // Until then others could connect. Nobody was told of the socket yet: whoever has is sent away.
    channel.configureBlocking(false);
    for (SocketChannel early = channel.accept(); early != null; early = channel.accept()) {
      early.close();
    }
    channel.configureBlocking(true);
    return new SocketFile(path, channel, identity(path));
  }

  /** Where clients come in. */
  ServerSocketChannel channel() {
    return channel;
  }

  /** Listens no more, and removes the file unless it is another's by now. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Map<String, Object> now = existing(path);
      if (now != null && isSame(now, identity)) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static void removeDead(Path path) throws IOException {
    Map<String, Object> found = existing(path);
    if (found == null) {
      return;
    }
    if ((modeOf(found) & FILE_TYPE) != SOCKET) {
      throw new FileAlreadyExistsException(
          path.toString(), null, "it is there already and is no socket; choose another path");
    }
    if (isAlive(path)) {
      throw new FileAlreadyExistsException(
          path.toString(), null, "another process listens there; end it or choose another path");
    }
    // Another server may have come to the same conclusion and put its own there since.
    Path aside = path.resolveSibling("." + ProcessHandle.current().pid() + ".dead");
    Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
    if (!isSame(found, identity(aside))) {
      Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
      throw new FileAlreadyExistsException(
          path.toString(), null, "another process has just begun to listen there");
    }
    Files.delete(aside);
  }

  private static boolean isAlive(Path path) throws IOException {
    try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return client.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException e) {
      return false;
    }
  }

  private static int modeOf(Map<String, Object> attributes) {
    return attributes.get("mode") instanceof Integer mode ? mode : 0;
  }

  private static @Nullable Map<String, Object> existing(Path path) throws IOException {
    try {
      return identity(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** By its number alone one could not tell a file from one that came after it. */
  private static boolean isSame(Map<String, Object> one, Map<String, Object> other) {
    return Stream.of("ino", "dev", "lastModifiedTime")
        .allMatch(name -> Objects.equals(one.get(name), other.get(name)));
  }

  private static Map<String, Object> identity(Path path) throws IOException {
    return Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
  }
}
