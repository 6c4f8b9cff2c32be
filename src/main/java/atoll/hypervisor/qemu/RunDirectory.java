package atoll.hypervisor.qemu;

import atoll.model.InstanceId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The directory of one machine: its sockets, its pid file, and {@code machine.json}, the one file
 * that outlives the process.
 */
final class RunDirectory {
  /** Of {@code sun_path}, which wants a zero at its end; see unix(7). */
  static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final String MACHINE = "machine.json";
  private static final String LONGEST_SOCKET = "agent";

  private final Path path;

  /** The directory of {@code id} under {@code root}, which may not exist yet. */
  RunDirectory(Path root, InstanceId id) {
    this.path = root.resolve(id.toString());
  }

  /** The instances that have a directory under {@code root}. */
  static List<InstanceId> list(Path root) throws IOException {
    var ids = new ArrayList<InstanceId>();
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        asId(entry.getFileName().toString()).ifPresent(ids::add);
      }
    } catch (NoSuchFileException e) {
      return List.of(); // nothing was ever started here
    }
    return ids;
  }

  private static Optional<InstanceId> asId(String name) {
    try {
      var id = new InstanceId(UUID.fromString(name));
      return id.toString().equals(name) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // something else
    }
  }

  /**
   * Makes the directory; who can open its sockets owns the machine.
   *
   * @throws IOException if it is so deep that Linux would not take its sockets
   */
  void create() throws IOException {
    checked(path.resolve(LONGEST_SOCKET));
    create(path);
  }

  /** Makes a directory, and those it is in, for this user alone. */
  static void create(Path directory) throws IOException {
    var ownerOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownerOnly));
  }

  /** Hands {@code socket} back, unless it is too long for Linux. */
  static Path checked(Path socket) throws IOException {
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > SOCKET_PATH_BYTES_MAX) {
      throw new IOException(
          "socket %s has %d bytes, and Linux allows %d: choose a shorter directory for machines"
              .formatted(socket, bytes, SOCKET_PATH_BYTES_MAX));
    }
    return socket;
  }

  /** Where the machine is controlled. */
  Path qmpSocket() {
    return path.resolve("qmp");
  }

  /** Where its guest agent answers. */
  Path agentSocket() {
    return path.resolve("agent");
  }

  /** Where its channel of this number ends. */
  Path channelSocket(int number) {
    return path.resolve("c" + number);
  }

  /** Where it reports that it is up. */
  Path rendezvous() {
    return path.resolve("up");
  }

  /** QEMU writes its process id here. */
  Path pidFile() {
    return path.resolve("pid");
  }

  /**
   * There while a machine is being started: its process may not have written its pid file yet, its
   * CPUs may never have run.
   */
  Path startingMark() {
    return path.resolve("starting");
  }

  /** What was kept of the machine when it was started last; empty if it never was. */
  Optional<StartedMachine> read() throws IOException {
    Path file = path.resolve(MACHINE);
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(StartedMachine.read(file, in));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Keeps {@code machine}; durable on return, the old or the new whenever the host dies. */
  void write(StartedMachine machine) throws IOException {
    Path draft = path.resolve(MACHINE + ".new");
    try (var out =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      out.write(ByteBuffer.wrap(machine.bytes()));
      out.force(true);
    }
    Files.move(draft, path.resolve(MACHINE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes what a process that has ended left behind. */
  void clear() throws IOException {
    for (Path file : files()) {
      if (!file.endsWith(MACHINE)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Removes all of it. */
  void delete() throws IOException {
    for (Path file : files()) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(path);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
