package atoll.engine;

import atoll.db.Database;
import atoll.db.TestDatabase;
import atoll.hypervisor.Hypervisor;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.FaultyObjectStore;
import atoll.repository.NoRepositoryException;
import atoll.repository.Repository;
import atoll.repository.RepositoryKey;
import atoll.repository.RepositorySettings;
import atoll.storage.island.Island;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Function;

/**
 * An engine in a folder, on real storage, a real repository, and a store that can be made to fail.
 */
final class TestSite implements AutoCloseable {
  static final Owner OWNER = new Owner(new ProjectId(new UUID(1, 1)), "tester");

  /** Failures are tried again soon, so that tests need not wait. */
  static final EngineSettings SETTINGS =
      EngineSettings.DEFAULT.withRetries(Duration.ofMillis(100), Duration.ofMillis(500));

  static final Duration PATIENCE = Duration.ofSeconds(60);

  final Path folder;
  final FaultyObjectStore store;
  final Database database;
  final Repository repository;
  final Island island;
  final Hypervisor hypervisor;
  final Engine engine;

  private TestSite(
      Path folder,
      Database database,
      Hypervisor hypervisor,
      EngineSettings settings,
      Function<FaultyObjectStore, Steps> steps,
      InstantSource clock)
      throws IOException {
    this.folder = folder;
    this.hypervisor = hypervisor;
    Path objects = Files.createDirectories(folder.resolve("repository"));
    this.store = new FaultyObjectStore(DirectoryObjectStore.open(objects));
    this.database = database;
    this.repository = openRepository(folder, store);
    this.island = Island.open(folder.resolve("volumes"));
    this.engine =
        Engine.open(database, repository, island, hypervisor, settings, clock, steps.apply(store));
  }

  private static Repository openRepository(Path folder, FaultyObjectStore store)
      throws IOException {
    Path keyFile = folder.resolve("repository.key");
    if (!Files.exists(keyFile)) {
      RepositoryKey.generate(new SecureRandom()).writeTo(keyFile);
    }
    RepositoryKey key = RepositoryKey.read(keyFile);
    try {
      return Repository.open(store, key, folder.resolve("cache"), InstantSource.system());
    } catch (NoRepositoryException e) {
      Repository.create(
          store, key, RepositorySettings.DEFAULT, new SecureRandom(), InstantSource.system());
      return Repository.open(store, key, folder.resolve("cache"), InstantSource.system());
    }
  }

  static TestSite open(Path folder, Hypervisor hypervisor) throws IOException {
    return open(folder, hypervisor, SETTINGS, Steps.NONE);
  }

  static TestSite open(Path folder, Hypervisor hypervisor, EngineSettings settings, Steps steps)
      throws IOException {
    return open(folder, hypervisor, settings, steps, InstantSource.system());
  }

  static TestSite open(
      Path folder, Hypervisor hypervisor, EngineSettings settings, Steps steps, InstantSource clock)
      throws IOException {
    return new TestSite(folder, TestDatabase.open(folder), hypervisor, settings, _ -> steps, clock);
  }

  /** As above, on a database that was opened already. */
  static TestSite openOn(
      Database database, Path folder, Hypervisor hypervisor, EngineSettings settings, Steps steps)
      throws IOException {
    return new TestSite(folder, database, hypervisor, settings, _ -> steps, InstantSource.system());
  }

  /** As above, with steps that do something to the store. */
  static TestSite openFaulty(
      Path folder,
      Hypervisor hypervisor,
      EngineSettings settings,
      Function<FaultyObjectStore, Steps> steps)
      throws IOException {
    return new TestSite(
        folder, TestDatabase.open(folder), hypervisor, settings, steps, InstantSource.system());
  }

  /** Closes the engine; machines run on, as after a stop of the service. */
  @Override
  public void close() throws IOException {
    store.resume();
    engine.close();
    hypervisor.close();
    repository.close();
    database.close();
  }
}
