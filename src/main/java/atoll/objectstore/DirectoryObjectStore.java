package atoll.objectstore;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects as files below a folder: the key is the path.
 *
 * <p>A put writes a file in {@code .incoming}, syncs it, renames it to its key and syncs the folder
 * that holds it; a folder that this store has not yet seen durable is made where it is missing, and
 * its parent synced, before the put returns. So whoever made a folder, no put relies on a folder
 * that a power failure could take away. A delete is not synced: after a power failure the object
 * may be there again. {@link IncomingFolder} says which leftovers of killed puts are removed on
 * opening. Several processes may use one folder at once.
 *
 * <p>The root is never made here: when its file system is not mounted every call fails, rather than
 * filling the disk beneath. Keys that are folders of other keys cannot be stored.
 */
public final class DirectoryObjectStore implements ObjectStore {
  /** Files are read and written in pieces of this size: what the JDK copies them through. */
  private static final int PIECE_BYTES = 1 << 20;

  private final Path root;
  private final IncomingFolder incoming;
  private final Bandwidth bandwidth;

  /** What is not there when another file system, or none, is mounted at the root. */
  private final Path landmark;

  private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();

  private DirectoryObjectStore(Path root, IncomingFolder incoming, Bandwidth bandwidth) {
    this.root = root;
    this.incoming = incoming;
    this.bandwidth = bandwidth;
    Path folder = root.resolve(IncomingFolder.NAME);
    this.landmark = Files.exists(folder) ? folder : root;
  }

  /**
   * Opens the store below {@code root}, a folder that must be there, and cleans up after puts that
   * were killed.
   */
  public static DirectoryObjectStore open(Path root) throws IOException {
    return open(root, Bandwidth.of(Traffic.UNLIMITED));
  }

  /** The same, reading and writing no faster than {@code bandwidth} allows. */
  public static DirectoryObjectStore open(Path root, Bandwidth bandwidth) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      throw new NotDirectoryException(
          "object store " + absolute + ": there is no such folder; is its file system mounted?");
    }
    return new DirectoryObjectStore(absolute, IncomingFolder.open(absolute), bandwidth);
  }

  @Override
  public void put(String key, ByteBuffer content) throws IOException {
    put(key, content, (file, target) -> Files.move(file, target, ATOMIC_MOVE));
  }

  @Override
  public Optional<ConditionalPut> conditionalPut() {
    return Optional.of(this::putNew);
  }

  private boolean putNew(String key, ByteBuffer content) throws IOException {
    var isNew = new boolean[1];
    put(
        key,
        content,
        (file, target) -> {
          isNew[0] = nameNew(file, target);
          Files.deleteIfExists(file);
        });
    return isNew[0];
  }

  private static boolean nameNew(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false; // somebody else was first
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      // A file system without hard links, as FAT: two at the same moment may both succeed there.
      if (Files.exists(target, NOFOLLOW_LINKS)) {
        return false;
      }
      Files.move(file, target, ATOMIC_MOVE);
      return true;
    }
  }

  /** Gives a written file its name. */
  @FunctionalInterface
  private interface Naming {
    void name(Path file, Path target) throws IOException;
  }

  private void put(String key, ByteBuffer content, Naming naming) throws IOException {
    Path target = pathOf(key);
    try {
      IncomingFolder.NewFile file = incoming.create();
      try {
        writeDurably(file, content);
        makeDurable(parentOf(target));
        naming.name(file.path(), target);
      } catch (IOException | RuntimeException e) {
        durableFolders.remove(parentOf(target)); // somebody may have removed it
        discard(file.path(), e);
        throw e;
      }
      sync(parentOf(target));
    } catch (IOException e) {
      throw explained("put", key, root, e);
    }
  }

  @Override
  public ByteBuffer get(String key, int bytesMax) throws IOException {
    try (FileChannel file = open(key)) {
      long bytes = file.size();
      ObjectTooLongException.check(toString(), key, bytes, bytesMax);
      var content = ByteBuffer.allocate((int) bytes);
      fill(content, file, 0, key);
      return content.flip();
    } catch (IOException e) {
      throw explained("get", key, root, e);
    }
  }

  @Override
  public void get(String key, long offsetBytes, ByteBuffer destination) throws IOException {
    try (FileChannel file = open(key)) {
      fill(destination, file, offsetBytes, key);
    } catch (IOException e) {
      throw explained("get", key, root, e);
    }
  }

  @Override
  public void delete(String key) throws IOException {
    try {
      Files.deleteIfExists(pathOf(key));
    } catch (IOException e) {
      throw explained("delete", key, root, e);
    }
  }

  @Override
  public boolean exists(String key) throws IOException {
    try {
      return attributes(pathOf(key)).isRegularFile();
    } catch (NoSuchFileException e) {
      requireRoot();
      return false;
    } catch (IOException e) {
      throw explained("look for", key, root, e);
    }
  }

  @Override
  public void list(String prefix, ObjectVisitor visitor) throws IOException {
    ObjectKeys.checkedPrefix(prefix);
    requireRoot();
    int folderEnd = prefix.lastIndexOf('/') + 1;
    visitFolder(prefix.substring(0, folderEnd), prefix, visitor);
  }

  @Override
  public void close() {
    // Every call opens and closes its own files.
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private Path pathOf(String key) {
    return root.resolve(ObjectKeys.checked(key));
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " lies in no folder");
    }
    return parent;
  }

  private void writeDurably(IncomingFolder.NewFile file, ByteBuffer content) throws IOException {
    try (FileChannel channel = file.channel()) {
      int end = content.limit();
      while (content.position() < end) {
        int pieceBytes = bandwidth.pieceBytes(Math.min(PIECE_BYTES, end - content.position()));
        bandwidth.acquire(pieceBytes);
        content.limit(content.position() + pieceBytes);
        channel.write(content);
      }
      content.limit(end);
      channel.force(true);
    }
  }

  /** Makes sure that a folder below the root is there and would survive a power failure. */
  private void makeDurable(Path folder) throws IOException {
    if (folder.equals(root) || durableFolders.contains(folder)) {
      return;
    }
    Path parent = parentOf(folder);
    makeDurable(parent);
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    sync(parent);
    durableFolders.add(folder);
  }

  private static void sync(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }

  /** Removes the file of a failed put; on opening it would be removed, too. */
  private static void discard(Path file, Exception failure) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private FileChannel open(String key) throws IOException {
    try {
      return FileChannel.open(pathOf(key), READ);
    } catch (NoSuchFileException e) {
      requireRoot();
      throw new NoSuchObjectException(toString(), key);
    }
  }

  private void fill(ByteBuffer destination, FileChannel file, long offsetBytes, String key)
      throws IOException {
    int end = destination.limit();
    int start = destination.position();
    while (destination.position() < end) {
      int pieceBytes = bandwidth.pieceBytes(Math.min(PIECE_BYTES, end - destination.position()));
      bandwidth.acquire(pieceBytes);
      destination.limit(destination.position() + pieceBytes);
      int read = file.read(destination, offsetBytes + destination.position() - start);
      destination.limit(end);
      if (read < 0) {
        throw new EOFException(
            "%s has %d bytes, asked for %d at %d"
                .formatted(key, file.size(), end - start, offsetBytes));
      }
    }
  }

  /** A root that is gone must not look like a store without objects. */
  private void requireRoot() throws IOException {
    if (!Files.exists(landmark)) {
      throw new NotDirectoryException(
          "object store " + root + " is gone; is its file system mounted?");
    }
  }

  private void visitFolder(String folderKey, String prefix, ObjectVisitor visitor)
      throws IOException {
    for (String name : namesIn(folderKey)) {
      String key = folderKey + name;
      if (!name.startsWith(".") && mayHold(key, prefix)) {
        visitEntry(key, prefix, visitor);
      }
    }
  }

  /** The names in one folder; none where it went meanwhile or never was. */
  private List<String> namesIn(String folderKey) throws IOException {
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folderKey))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (DirectoryIteratorException e) {
      throw new IOException("list %s in %s: %s".formatted(folderKey, root, e.getMessage()), e);
    } catch (NoSuchFileException | NotDirectoryException e) {
      requireRoot();
    } catch (IOException e) {
      throw explained("list", folderKey, root, e);
    }
    return names;
  }

  private void visitEntry(String key, String prefix, ObjectVisitor visitor) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = attributes(root.resolve(key));
    } catch (NoSuchFileException e) {
      return; // deleted meanwhile
    }
    if (attributes.isDirectory()) {
      visitFolder(key + "/", prefix, visitor);
    } else if (attributes.isRegularFile() && key.startsWith(prefix)) {
      visitor.visit(key, attributes.size());
    }
  }

  /** Whether {@code key}, or what lies below it as a folder, can begin with {@code prefix}. */
  private static boolean mayHold(String key, String prefix) {
    return key.startsWith(prefix) || prefix.startsWith(key + "/");
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
  }

  /** Says what was tried where: the text of a file system's error is often but a path. */
  private static IOException explained(String verb, String key, Path root, IOException e) {
    if (e instanceof NoSuchObjectException
        || e instanceof ObjectTooLongException
        || e instanceof EOFException
        || e instanceof ClosedChannelException) {
      return e;
    }
    String problem =
        switch (e) {
          case AccessDeniedException denied -> "permission denied on " + denied.getFile();
          case NoSuchFileException gone ->
              "there is no " + gone.getFile() + "; is the file system mounted?";
          case FileSystemException failure when failure.getReason() != null -> failure.getReason();
          default -> e.getMessage();
        };
    return new IOException("%s %s in %s: %s".formatted(verb, key, root, problem), e);
  }
}
