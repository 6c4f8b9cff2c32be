package atoll.engine;

import atoll.db.Database;
import atoll.hypervisor.Hypervisor;
import atoll.model.Capacity;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.repository.Repository;
import atoll.storage.VolumeDriver;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * All verbs of one host, and what works in the background.
 *
 * <p>May be used from any thread. At most one engine at a time may be open on a database; whoever
 * opens it sees to that.
 */
public final class Engine implements AutoCloseable {
  private static final Duration LOOK_AT_SPACE_EVERY = Duration.ofSeconds(5);

  private final Database database;
  private final Volumes volumes;
  private final Snapshots snapshots;
  private final Backups backups;
  private final Reverts reverts;
  private final Reservations reservations;
  private final Inventory inventory;
  private final VolumeTypes volumeTypes;
  private final Qos qos;
  private final Quotas quotas;
  private final ServiceStates serviceStates;
  private final Transfers transfers;
  private final Messages messages;
  private final KeyedCalls keyedCalls;
  private final Plans plans;
  private final BackupRecords backupRecords;
  private final Space space;
  private final Instances instances;
  private final TaskRunner tasks;
  private final Backlog backlog;
  private final Events events;
  private final Repositories repositories;
  private final Takes takes;
  private final ExecutorService watching;
  private final Alerts alerts;
  private final Changes changes;
  private final InstantSource clock;

  private Engine(
      Database database,
      Volumes volumes,
      Snapshots snapshots,
      Backups backups,
      Inventory inventory,
      VolumeTypes volumeTypes,
      Qos qos,
      EngineParts parts,
      Instances instances,
      TaskRunner tasks,
      Backlog backlog,
      Events events,
      Repositories repositories,
      Takes takes,
      ExecutorService watching,
      Alerts alerts,
      Changes changes,
      InstantSource clock) {
    this.database = database;
    this.volumes = volumes;
    this.snapshots = snapshots;
    this.backups = backups;
    this.inventory = inventory;
    this.volumeTypes = volumeTypes;
    this.qos = qos;
    this.quotas = parts.quotas();
    this.serviceStates = new ServiceStates(database);
    this.transfers = new Transfers(parts);
    this.messages = new Messages(parts);
    this.keyedCalls = new KeyedCalls(parts);
    this.plans = new Plans(parts);
    this.reservations = new Reservations(parts);
    this.reverts = new Reverts(parts);
    this.backupRecords = new BackupRecords(parts);
    this.space = parts.space();
    this.instances = instances;
    this.tasks = tasks;
    this.backlog = backlog;
    this.events = events;
    this.repositories = repositories;
    this.takes = takes;
    this.watching = watching;
    this.alerts = alerts;
    this.changes = changes;
    this.clock = clock;
  }

  /**
   * Opens the engine: makes the database true again after whatever ended the last one, then goes on
   * with the work that was left.
   *
   * @throws IOException if the hypervisor or the storage cannot be looked at
   */
  public static Engine open(
      Database database,
      Repository repository,
      VolumeDriver driver,
      Hypervisor hypervisor,
      EngineSettings settings,
      InstantSource clock,
      Steps steps)
      throws IOException {
    Niceness.standBackCompilers();
    EngineParts parts = parts(database, repository, driver, hypervisor, settings, clock, steps);
    var changes = new Changes();
    database.whenWritten(changes::happened);
    ScheduledExecutorService preparing =
        Executors.newScheduledThreadPool(
            settings.workers().preparesMax(),
            Thread.ofPlatform().name("atoll-prepare-", 0).factory());
    ExecutorService watching =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("atoll-watch-", 0).factory());

    var merges = new Merges(parts);
    var reconciliation = new Reconciliation(parts);
    var fillings = new Fillings(parts);
    var chains = new Chains(parts, fillings, reconciliation);
    var watch = new MachineWatch(parts, watching);
    var attachments = new Attachments(parts, chains, merges, reconciliation, watch);
    var takes = new Takes(parts, merges, reconciliation, preparing);
    var volumes = new Volumes(parts, merges, takes, changes);
    var tasks = new TaskRunner(database, parts.alerts(), settings, parts.clock(), steps);
    var backlog = new Backlog(parts, tasks);
    var engine =
        new Engine(
            database,
            volumes,
            new Snapshots(parts, takes, changes),
            new Backups(parts, takes),
            new Inventory(parts),
            new VolumeTypes(parts),
            new Qos(parts),
            parts,
            new Instances(parts, chains, merges, attachments, watch, changes),
            tasks,
            backlog,
            new Events(parts, backlog, changes, watching),
            new Repositories(parts, backlog),
            takes,
            watching,
            parts.alerts(),
            changes,
            parts.clock());
    engine.recover(new Recovery(parts, attachments, volumes, reconciliation, watch));
    var collections = new Collections(parts);
    tasks.start(
        Map.of(
            TaskKind.BACK_UP, new BackUps(parts, collections),
            TaskKind.TEND,
                new Keeper(parts, volumes, merges, reconciliation, attachments, engine.reverts),
            TaskKind.IMPORT, new Imports(parts, fillings),
            TaskKind.DROP_POINT, new Points(parts, collections),
            TaskKind.COLLECT, collections,
            TaskKind.VERIFY, new Verifications(parts)));
    ScheduledFuture<?> _ =
        preparing.scheduleWithFixedDelay(
            parts.space()::look, 0, LOOK_AT_SPACE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return engine;
  }

  private void recover(Recovery recovery) throws IOException {
    try {
      alerts.recover();
      recovery.run();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static EngineParts parts(
      Database database,
      Repository repository,
      VolumeDriver driver,
      Hypervisor hypervisor,
      EngineSettings settings,
      InstantSource clock,
      Steps steps) {
    // As exact as the database keeps it: what is returned is what will be read.
    InstantSource time = () -> clock.instant().truncatedTo(ChronoUnit.MICROS);
    var layers = new Layers(database, driver, time, steps);
    var alerts = new Alerts(database, time);
    var space = new Space(driver, alerts, settings.freeMarkBytes());
    return new EngineParts(
        database,
        repository,
        driver,
        hypervisor,
        layers,
        new Standbys(database, layers, steps),
        new VolumeLocks(settings.busyWait()),
        new Machines(hypervisor),
        space,
        new Quotas(database, settings),
        alerts,
        settings,
        time,
        steps);
  }

  public Volumes volumes() {
    return volumes;
  }

  public Snapshots snapshots() {
    return snapshots;
  }

  public Backups backups() {
    return backups;
  }

  public Reverts reverts() {
    return reverts;
  }

  public KeyedCalls keyedCalls() {
    return keyedCalls;
  }

  /** What verbs would come to. */
  public Plans plans() {
    return plans;
  }

  public Reservations reservations() {
    return reservations;
  }

  public Inventory inventory() {
    return inventory;
  }

  public VolumeTypes volumeTypes() {
    return volumeTypes;
  }

  public Qos qos() {
    return qos;
  }

  public Quotas quotas() {
    return quotas;
  }

  public ServiceStates serviceStates() {
    return serviceStates;
  }

  public Transfers transfers() {
    return transfers;
  }

  public Messages messages() {
    return messages;
  }

  public BackupRecords backupRecords() {
    return backupRecords;
  }

  /** How much room primary storage has. */
  public Capacity capacity() throws IOException {
    return space.capacity();
  }

  public Instances instances() {
    return instances;
  }

  /** What is to be done in the background, as users see it. */
  public Backlog backlog() {
    return backlog;
  }

  /** What changes, for who listens. */
  public Events events() {
    return events;
  }

  public Repositories repositories() {
    return repositories;
  }

  public Alerts alerts() {
    return alerts;
  }

  /** How many tasks there are of each kind that has any. */
  public Map<TaskKind, Long> taskCounts() {
    return database.read(tx -> tx.tasks().count());
  }

  /** What is to be done in the background, the task due longest first. */
  public List<Task> tasks() {
    return database.read(tx -> tx.tasks().list());
  }

  /**
   * Waits until nothing is left to be done in the background but a collection that is not due yet;
   * false if something still is after {@code patience}.
   */
  public boolean awaitIdle(Duration patience) throws InterruptedException {
    return changes.await(() -> tasks().stream().allMatch(this::canWait), patience);
  }

  private boolean canWait(Task task) {
    return task.kind() == TaskKind.COLLECT
        && task.attempts() == 0
        && task.dueAt().isAfter(clock.instant());
  }

  /**
   * Stops working in the background. Machines run on; what was at work is taken up by the next
   * engine.
   */
  @Override
  public void close() {
    watching.shutdownNow();
    tasks.close(); // they hold locks of volumes for which takes may wait
    takes.close();
    watching.close(); // nobody uses the database when it is closed next
  }
}
