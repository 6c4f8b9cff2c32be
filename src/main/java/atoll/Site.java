package atoll;

import atoll.db.Database;
import atoll.db.PostgresUrl;
import atoll.demo.Installation;
import atoll.engine.Engine;
import atoll.engine.EngineSettings;
import atoll.engine.Steps;
import atoll.hypervisor.qemu.QemuConfig;
import atoll.hypervisor.qemu.QemuHypervisor;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.ObjectStore;
import atoll.repository.NoRepositoryException;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import atoll.repository.RepositorySettings;
import atoll.storage.island.Island;
import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Atoll as it lies in one folder: database, repository and its key, volumes, running machines. Made
 * bottom-up, closed top-down.
 *
 * <p>At most one process at a time has a folder open; it holds a lock on the file {@code lock} in
 * it.
 */
final class Site implements Installation {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Path folder;
  private final Database database;
  private final Engine engine;
  private final Island island;
  private final QemuHypervisor hypervisor;

  private Site(Path folder, @Nullable PostgresUrl postgres, EngineSettings settings)
      throws IOException {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      lock(folder.resolve("lock"));
      unpackLibrariesIn(folder.resolve("tmp"));
      this.database = open(openDatabase(postgres));
      Repository repository = open(repository());
      this.island = Island.open(folder.resolve("volumes"));
      this.hypervisor = open(new QemuHypervisor(new QemuConfig(folder.resolve("run"))));
      this.engine =
          open(
              Engine.open(
                  database,
                  repository,
                  island,
                  hypervisor,
                  settings,
                  InstantSource.system(),
                  Steps.NONE));
    } catch (IOException | RuntimeException e) {
      closeAfter(e);
      throw e;
    }
  }

  /** Opens the site in {@code folder}, which is made if it is not there. */
  static Site open(Path folder) throws IOException {
    return new Site(folder.toAbsolutePath(), null, EngineSettings.DEFAULT);
  }

  /**
   * Opens the site of a service, in which projects may have only so much.
   *
   * @param postgres its database; null for one in the folder
   */
  static Site openWithQuotas(Path folder, @Nullable PostgresUrl postgres) throws IOException {
    return new Site(folder.toAbsolutePath(), postgres, EngineSettings.DEFAULT.withQuotas(true));
  }

  private Database openDatabase(@Nullable PostgresUrl postgres) throws IOException {
    if (postgres != null) {
      return Database.openPostgres(postgres);
    }
    System.setProperty("org.sqlite.tmpdir", folder.resolve("tmp").toString()); // used at once
    return Database.openSqlite(folder.resolve("atoll.db"));
  }

  private <T extends AutoCloseable> T open(T part) {
    opened.push(part);
    return part;
  }

  private void lock(Path file) throws IOException {
    FileChannel channel =
        open(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked) {
      throw new IOException(
          "another process of Atoll is at work in " + folder + "; stop it, or use another folder");
    }
  }

  /**
   * Has SQLite and zstd unpack their libraries in a folder of ours: a process that is killed leaves
   * them behind, and in the system's folder they would pile up. Decides for the first site of a
   * process; the libraries are loaded once.
   */
  private static void unpackLibrariesIn(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var left = Files.newDirectoryStream(folder)) {
      for (Path each : left) {
        Files.delete(each);
      }
    }
    System.setProperty("ZstdTempFolder", folder.toString());
    Native.load(); // now, while the folder is sure to be there
  }

  /**
   * A folder that is new gets a key and a repository; where there is a key, the repository must be
   * there.
   */
  private Repository repository() throws IOException {
    Path keyFile = folder.resolve("repository.key");
    Path objects = folder.resolve("repository");
    if (!Files.exists(keyFile)) {
      Files.createDirectories(objects);
      RepositoryKey.generate(new SecureRandom()).writeTo(keyFile);
    }
    RepositoryKey key = RepositoryKey.read(keyFile);
    ObjectStore store = open(DirectoryObjectStore.open(objects));
    try {
      return Repository.open(store, key, folder.resolve("cache"), InstantSource.system());
    } catch (NoRepositoryException e) {
      Repository.create(
          store, key, RepositorySettings.DEFAULT, new SecureRandom(), InstantSource.system());
      return Repository.open(store, key, folder.resolve("cache"), InstantSource.system());
    }
  }

  Database database() {
    return database;
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public Path layerFile(VolumeId volume, LayerId layer) {
    return island.path(volume, layer);
  }

  @Override
  public Path volumesFolder() {
    return folder.resolve("volumes");
  }

  @Override
  public String hypervisorName() throws IOException {
    return hypervisor.name();
  }

  void closeAfter(Exception cause) {
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        failure = failure == null ? new IOException("closing " + folder, e) : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
