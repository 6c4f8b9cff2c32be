package atoll.demo.service;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Fills a database that has its tables, and nothing in them, with what users of some years would
 * have left there. Everything is as the engine leaves it, except that there is nothing behind it:
 * no snapshot is in a repository, and no volume has layers.
 */
public final class Population {
  private static final long GIB = 1L << 30;
  private static final Duration AGE = Duration.ofDays(1000);

  /** Of a hundred volumes. */
  private static final int ATTACHED = 5;

  /** The share of all volumes that the first project has. */
  private static final double FIRST_SHARE = 0.2;

  private static final String USER = "0123456789abcdef0123456789abcdef";
  private static final int MANY = 4000;

  /** For each kind of thing where its type and its size stand, and where it is. */
  private static final String[][] HELD = {
    {"VOLUME", "t.type_id", "size_bytes", "volumes t"},
    {
      "SNAPSHOT",
      "v.type_id",
      "volume_size_bytes",
      "snapshots t join volumes v on v.id = t.volume_id"
    },
    {"BACKUP", "''", "size_bytes", "backups t"}
  };

  private final Connection connection;
  private final Sizes sizes;
  private final Random random;
  private final long now;
  private final List<String> projects = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private final List<String> instances = new ArrayList<>();
  private long sequence;

  /** How many snapshots the volumes so far ought to have, and have. */
  private double wanted;

  private int snapshots;
  private int backups;
  private long tasks;

  /** In one transaction of {@code connection}, which is the caller's to commit. */
  public Population(Connection connection, Sizes sizes, Instant now) {
    this.connection = connection;
    this.sizes = sizes;
    this.random = new Random(sizes.seed());
    this.now = micros(now);
  }

  /** The name of a project, from 0 on, of which the first is the largest. */
  public static String projectName(int number) {
    return "project-" + number;
  }

  /** Adds all rows. */
  public void fill() throws SQLException {
    addProjects();
    addTypes();
    addInstances();
    addVolumes();
    addMessages();
    addCalls();
    count("point", sequence);
    count("task", tasks);
    addHoldings();
  }

  /** What each project has, as the tables keep it beside their rows. */
  private void addHoldings() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String[] kind : HELD) {
        int _ =
            statement.executeUpdate(
                """
                insert into holdings (kind, project_id, type_id, things, bytes)
                select '%s', t.project_id, %s, count(*), sum(t.%s) from %s
                where t.deleted_at is null group by 2, 3
                """
                    .formatted((Object[]) kind));
      }
    }
  }

  private void addProjects() throws SQLException {
    try (Rows rows = rows("projects", "id", "name", "description", "enabled", "created_at")) {
      for (int i = 0; i < sizes.projects(); i++) {
        projects.add(id());
        rows.add(projects.getLast(), projectName(i), "", 1, now - micros(AGE));
      }
    }
  }

  private void addTypes() throws SQLException {
    types.add("6f7bf8e9-6c5e-4c9b-9b0c-61a3a1ab6f01"); // that of whoever names none
    try (Rows rows = rows("volume_types", "id", "name", "description", "is_public", "created_at")) {
      for (String name : List.of("fast", "slow", "archive", "database")) {
        types.add(id());
        rows.add(types.getLast(), name, "for what is " + name, 1, now - micros(AGE));
      }
    }
  }

  private void addInstances() throws SQLException {
    try (Rows rows =
        rows(
            "instances",
            "id, project_id, user_id, name, memory_mib, cpus, channels, status, created_at, updated_at")) {
      for (int i = 0; i < Math.max(1, sizes.volumes() / 40); i++) {
        instances.add(id());
        long made = past(now - micros(AGE));
        rows.add(
            instances.getLast(), project(), USER, "vm-" + i, 2048, 2, "", "STOPPED", made, made);
      }
    }
  }

  private void addVolumes() throws SQLException {
    try (Rows volumes =
            rows(
                "volumes",
                "id, project_id, user_id, name, description, size_bytes, status, fault, base_point, type_id,"
                    + " bootable, read_only, created_at, updated_at, deleted_at");
        Rows metadata = rows("metadata", "subject, kind, name, value");
        Rows attachments =
            rows("attachments", "volume_id, instance_id, slot, bootable, attached_at");
        Rows queued =
            rows(
                "tasks",
                "id, kind, subject, argument, due_at, attempts, again, progress, created_at, project_id, fault");
        var snapshotRows = new SnapshotRows(this)) {
      int history = (int) ((long) sizes.volumes() * sizes.historyPercent() / 100);
      for (int i = 0; i < sizes.volumes() + history; i++) {
        boolean deleted = i >= sizes.volumes();
        String id = id();
        String project = project();
        long made = past(now - micros(AGE));
        long size = (1L + random.nextInt(random.nextInt(10) == 0 ? 2000 : 100)) * GIB;
        boolean attached = !deleted && random.nextInt(100) < ATTACHED;
        String status = attached ? "IN_USE" : random.nextInt(500) == 0 ? "ERROR" : "AVAILABLE";
        String fault = status.equals("ERROR") ? "its layers are lost" : null;
        String base = deleted ? null : snapshotRows.add(id, project, size, made);
        Long end = deleted ? past(made) : null;
        boolean isNamed = random.nextInt(10) < 7;
        volumes.add(
            id,
            project,
            USER,
            isNamed ? "vm-" + i % MANY + "-disk-" + i / MANY : "",
            isNamed ? "disk of vm-" + i % MANY : "",
            size,
            status,
            fault,
            base,
            types.get(random.nextInt(types.size())),
            random.nextInt(3) == 0 ? 1 : 0,
            0,
            made,
            end == null ? past(made) : end,
            end);
        if (!deleted && random.nextInt(10) == 0) {
          note(metadata, id, i);
        }
        if (attached) {
          attachments.add(id, instances.get(i % instances.size()), i / instances.size(), 0, made);
        }
        if (!deleted && random.nextInt(50) == 0) {
          queue(queued, id, project);
        }
      }
    }
  }

  private static void note(Rows metadata, String id, int number) throws SQLException {
    metadata.add(id, "USER", "env", number % 3 == 0 ? "production" : "test");
    metadata.add(id, "USER", "number", String.valueOf(number));
    metadata.add(id, "USER", "owner", "team-" + number % MANY);
  }

  /** It failed, and is tried again tomorrow. */
  private void queue(Rows queued, String volume, String project) throws SQLException {
    tasks++;
    String kind = tasks % 2 == 0 ? "BACK_UP" : "TEND";
    long due = now + micros(Duration.ofDays(1));
    queued.add(tasks, kind, volume, "", due, 12, 0, 0.0, now, project, "the store is away");
  }

  /** The snapshots of volumes, and what comes with them. */
  private static final class SnapshotRows implements AutoCloseable {
    private final Population all;
    private final Rows points;
    private final Rows snapshots;
    private final Rows backups;
    private final Rows metadata;

    SnapshotRows(Population all) throws SQLException {
      this.all = all;
      this.points =
          all.rows(
              "points",
              "id, volume_id, sequence, state, size_bytes, taken_at, consistency, changed_bytes, read_bytes,"
                  + " stored_bytes, backup_millis, content_digest");
      this.snapshots =
          all.rows(
              "snapshots",
              "id, volume_id, point_id, project_id, user_id, name, description, volume_size_bytes,"
                  + " scheduled_at, created_at, updated_at, deleted_at");
      this.backups =
          all.rows(
              "backups",
              "id, volume_id, snapshot_id, point_id, project_id, user_id, name, description, size_bytes,"
                  + " incremental, created_at, updated_at");
      this.metadata = all.rows("metadata", "subject, kind, name, value");
    }

    /** Adds those of a volume; the point of the last, null if there are none. */
    @Nullable String add(String volume, String project, long size, long made) throws SQLException {
      int many = all.snapshotsOfNext();
      String last = null;
      long time = made;
      for (int i = 0; i < many; i++) {
        time += (all.now - time) / (many - i + 1);
        if (all.random.nextInt(100) < all.sizes.historyPercent()) {
          String _ = add(volume, project, size, time - 1, i, true);
        }
        last = add(volume, project, size, time, i, false);
      }
      return last;
    }

    private String add(
        String volume, String project, long size, long time, int number, boolean deleted)
        throws SQLException {
      String id = all.id();
      long changed = all.random.nextLong(size >> 4);
      points.add(
          id,
          volume,
          ++all.sequence,
          deleted ? "DROPPED" : "BACKED_UP",
          size,
          time,
          "CRASH",
          changed,
          changed,
          changed / 2,
          changed >> 20,
          "0".repeat(64));
      Long end = deleted ? all.past(time) : null;
      snapshots.add(
          id,
          volume,
          id,
          project,
          USER,
          "daily-" + number,
          "",
          size,
          time,
          time,
          end == null ? time : end,
          end);
      if (!deleted && number % 10 == 0) {
        metadata.add(id, "USER", "schedule", number % 70 == 0 ? "weekly" : "daily");
      }
      boolean isBackedUp =
          (long) all.backups * all.sizes.snapshots() < (long) all.snapshots * all.sizes.backups();
      if (!deleted && isBackedUp) {
        all.backups++;
        backups.add(
            all.id(), volume, id, id, project, USER, "weekly-" + number, "", size, 1, time, time);
      }
      return id;
    }

    @Override
    public void close() throws SQLException {
      try (points;
          snapshots;
          backups;
          metadata) {
        // each writes what it has left
      }
    }
  }

  /**
   * Half of all volumes have none, and a few have very many; together as many as there are to be.
   */
  private int snapshotsOfNext() {
    double skewed = random.nextBoolean() ? 0 : Math.exp(random.nextDouble() * 6);
    double average = (Math.exp(6) - 1) / 12;
    wanted += skewed / average * sizes.snapshots() / sizes.volumes();
    int many = Math.max(0, Math.min((int) wanted, sizes.snapshots()) - snapshots);
    snapshots += many;
    return many;
  }

  private void addMessages() throws SQLException {
    try (Rows rows = rows("messages", "id, project_id, kind, subject, created_at, expires_at")) {
      long month = micros(Duration.ofDays(30));
      for (int i = 0; i < sizes.volumes() / 10; i++) {
        long made = now - random.nextLong(month);
        rows.add(id(), project(), "BACKUP_FAILING", id(), made, made + month);
      }
    }
  }

  private void addCalls() throws SQLException {
    try (Rows rows = rows("keyed_calls", "caller, name, fingerprint, process, answer, begun_at")) {
      for (int i = 0; i < sizes.volumes() / 10; i++) {
        long begun = now - random.nextLong(micros(Duration.ofHours(20)));
        rows.add(USER, "key-" + i, "0".repeat(64), id(), "", begun);
      }
    }
  }

  private void count(String counter, long last) throws SQLException {
    try (var update = connection.prepareStatement("update counters set value = ? where name = ?")) {
      update.setLong(1, last);
      update.setString(2, counter);
      int _ = update.executeUpdate();
    }
  }

  private Rows rows(String table, String... columns) throws SQLException {
    return new Rows(
        connection, table, List.of(String.join(", ", columns).replace(" ", "").split(",", -1)));
  }

  private String id() {
    return new UUID(
            (random.nextLong() & ~0xf000L) | 0x4000L,
            (random.nextLong() & ~(3L << 62)) | (1L << 63))
        .toString();
  }

  /** The first has its share, and of the others each the fewer the later it comes. */
  private String project() {
    if (random.nextDouble() < FIRST_SHARE) {
      return projects.getFirst();
    }
    double skewed = Math.pow(random.nextDouble(), 3);
    return projects.get(1 + (int) (skewed * (projects.size() - 1)));
  }

  /** Some time between one and now. */
  private long past(long since) {
    return since + random.nextLong(Math.max(1, now - since));
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }
}
