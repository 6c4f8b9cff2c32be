package atoll.engine;

import static atoll.model.Quota.UNLIMITED;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.ProjectId;
import atoll.model.Quota;
import atoll.model.QuotaResource;
import atoll.model.QuotaScope;
import atoll.model.Usage;
import atoll.model.Volume;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How much each project may have, and has.
 *
 * <p>What is used is kept by the tables beside their rows, in the transaction that adds or removes
 * one: so it is what counting them would come to, however many there are, and however many ask at
 * once never get more than there is. This rests on transactions that write coming one after the
 * other.
 *
 * <p>A quota is the project's own if there is one, else that of the class {@code default}, else the
 * one of {@link QuotaResource}. Quotas for one type of volumes go by the type's name.
 */
public final class Quotas {
  private static final long GIB = 1L << 30;

  private final Database database;
  private final boolean enforced;

  Quotas(Database database, EngineSettings settings) {
    this.database = database;
    this.enforced = settings.quotas();
  }

  /** What holds for a scope, by the quotas' names: all there are. */
  public Map<String, Long> of(QuotaScope scope) {
    return database.read(tx -> all(tx, scope));
  }

  /** What a project may have and has, by the quotas' names. */
  public Map<String, Quota> usage(ProjectId project) {
    return database.read(tx -> usage(tx, project));
  }

  /**
   * Sets quotas, and leaves the others as they are. What is used already may be more than they
   * allow.
   *
   * @return all that hold for the scope then
   * @throws RefusedException if there is no quota of a name
   */
  public Map<String, Long> set(QuotaScope scope, Map<String, Long> quotas) {
    return database.write(tx -> {
      Map<String, Long> known = all(tx, scope);
      for (String name : quotas.keySet()) {
        if (!known.containsKey(name)) {
          throw new RefusedException(new Refusal.Invalid("there is no quota " + name));
        }
      }
      tx.quotas().put(scope, quotas);
      return all(tx, scope);
    });
  }

  /** Takes back what was set for a project: that of its class holds again. */
  public void reset(ProjectId project) {
    database.change(tx -> tx.quotas().clear(new QuotaScope.OneProject(project)));
  }

  private static Map<String, Long> all(Transaction tx, QuotaScope scope) {
    Map<String, Long> set = set(tx, scope);
    List<VolumeType> types = tx.volumeTypes().list();
    var all = new LinkedHashMap<String, Long>();
    for (QuotaResource resource : QuotaResource.values()) {
      all.put(resource.label(), set.getOrDefault(resource.label(), resource.standard()));
      if (resource.isPerType()) {
        for (VolumeType type : types) {
          String name = resource.label(type);
          all.put(name, set.getOrDefault(name, UNLIMITED));
        }
      }
    }
    return all;
  }

  /** What somebody has set that holds for a scope. */
  private static Map<String, Long> set(Transaction tx, QuotaScope scope) {
    var set = new HashMap<>(tx.quotas().of(QuotaScope.DEFAULT));
    set.putAll(tx.quotas().of(scope));
    return set;
  }

  private static Map<String, Quota> usage(Transaction tx, ProjectId project) {
    Map<String, Long> limits = all(tx, new QuotaScope.OneProject(project));
    List<VolumeType> types = tx.volumeTypes().list();
    var usage = new LinkedHashMap<String, Quota>();
    for (QuotaResource resource : QuotaResource.values()) {
      long used = inUnits(resource, used(tx, project, resource));
      usage.put(
          resource.label(), new Quota(limits.getOrDefault(resource.label(), UNLIMITED), used));
      if (resource.isPerType()) {
        for (VolumeType type : types) {
          String name = resource.label(type);
          long ofType = inUnits(resource, used(tx, project, resource, type.id()));
          usage.put(name, new Quota(limits.getOrDefault(name, UNLIMITED), ofType));
        }
      }
    }
    return usage;
  }

  /** Rounded up, where bytes are counted in GiB. */
  private static long inUnits(QuotaResource resource, long used) {
    return resource.isMeasured() ? Math.ceilDiv(used, GIB) : used;
  }

  /** How many things there are, or how many bytes they have. */
  private static long used(Transaction tx, ProjectId project, QuotaResource resource) {
    return switch (resource) {
      case VOLUMES -> tx.volumes().usage(project).count();
      case SNAPSHOTS -> tx.snapshots().usage(project).count();
      case GIGABYTES -> tx.volumes().usage(project).bytes() + tx.snapshots().usage(project).bytes();
      case BACKUPS -> tx.backups().usage(project).count();
      case BACKUP_GIGABYTES -> tx.backups().usage(project).bytes();
      case PER_VOLUME_GIGABYTES, GROUPS -> 0;
    };
  }

  private static long used(
      Transaction tx, ProjectId project, QuotaResource resource, VolumeTypeId type) {
    return switch (resource) {
      case VOLUMES -> tx.volumes().usage(project, type).count();
      case SNAPSHOTS -> tx.snapshots().usage(project, type).count();
      case GIGABYTES ->
          tx.volumes().usage(project, type).bytes() + tx.snapshots().usage(project, type).bytes();
      case BACKUPS, BACKUP_GIGABYTES, PER_VOLUME_GIGABYTES, GROUPS ->
          throw new IllegalArgumentException(resource + " has no quotas by type");
    };
  }

  /**
   * Makes a check that the transaction that records will make again: so that nobody waits, and no
   * guest stands still, for what is refused in the end.
   */
  void ahead(Consumer<Transaction> check) {
    if (enforced) {
      Object _ =
          database.read(tx -> {
            check.accept(tx);
            return tx;
          });
    }
  }

  /**
   * Refuses one more volume, if it is one too many or too large. To be called in the transaction
   * that adds it.
   */
  void requireVolume(Transaction tx, ProjectId project, VolumeTypeId type, long sizeBytes) {
    if (enforced) {
      var check = new Check(tx, project);
      check.requireSize(sizeBytes);
      check.require(QuotaResource.GIGABYTES, type, sizeBytes);
      check.require(QuotaResource.VOLUMES, type, 1);
    }
  }

  /** Refuses to make a volume as large as this, in the transaction that does so. */
  void requireGrowth(Transaction tx, Volume volume, long sizeBytes) {
    if (enforced && sizeBytes > volume.sizeBytes()) {
      var check = new Check(tx, volume.owner().project());
      check.requireSize(sizeBytes);
      check.require(
          QuotaResource.GIGABYTES, volume.traits().type(), sizeBytes - volume.sizeBytes());
    }
  }

  /** Refuses a snapshot of each of some volumes, in the transaction that adds them, or before. */
  void requireSnapshots(Transaction tx, ProjectId project, List<Volume> volumes) {
    if (enforced) {
      var check = new Check(tx, project);
      check.require(QuotaResource.GIGABYTES, bytes(volumes));
      check.require(QuotaResource.SNAPSHOTS, volumes.size());
      volumes.stream()
          .collect(Collectors.groupingBy(volume -> volume.traits().type()))
          .forEach((type, ofType) -> {
            check.requireOfType(QuotaResource.GIGABYTES, type, bytes(ofType));
            check.requireOfType(QuotaResource.SNAPSHOTS, type, ofType.size());
          });
    }
  }

  /** Refuses to take over snapshots of a volume, in the transaction that does so. */
  void requireSnapshotsOf(Transaction tx, ProjectId project, VolumeTypeId type, Usage snapshots) {
    if (enforced && snapshots.count() > 0) {
      var check = new Check(tx, project);
      check.require(QuotaResource.GIGABYTES, type, snapshots.bytes());
      check.require(QuotaResource.SNAPSHOTS, type, snapshots.count());
    }
  }

  private static long bytes(List<Volume> volumes) {
    return volumes.stream().mapToLong(Volume::sizeBytes).sum();
  }

  /** Refuses one more backup, in the transaction that adds it, or before. */
  void requireBackup(Transaction tx, ProjectId project, long sizeBytes) {
    if (enforced) {
      var check = new Check(tx, project);
      check.require(QuotaResource.BACKUP_GIGABYTES, sizeBytes);
      check.require(QuotaResource.BACKUPS, 1);
    }
  }

  /** What a project may have, held against what it has and wants. */
  private static final class Check {
    private final Transaction tx;
    private final ProjectId project;
    private final Map<String, Long> set;

    Check(Transaction tx, ProjectId project) {
      this.tx = tx;
      this.project = project;
      this.set = set(tx, new QuotaScope.OneProject(project));
    }

    void requireSize(long sizeBytes) {
      QuotaResource resource = QuotaResource.PER_VOLUME_GIGABYTES;
      require(resource, resource.label(), null, sizeBytes);
    }

    void require(QuotaResource resource, VolumeTypeId type, long more) {
      require(resource, more);
      requireOfType(resource, type, more);
    }

    void require(QuotaResource resource, long more) {
      require(resource, resource.label(), null, more);
    }

    void requireOfType(QuotaResource resource, VolumeTypeId type, long more) {
      tx.volumeTypes()
          .find(type)
          .ifPresent(found -> require(resource, resource.label(found), type, more));
    }

    /** Counts only where there is a quota. */
    private void require(
        QuotaResource resource, String name, @Nullable VolumeTypeId type, long more) {
      long standard = type == null ? resource.standard() : UNLIMITED;
      long limit = set.getOrDefault(name, standard);
      if (limit == UNLIMITED) {
        return;
      }
      long used = type == null ? used(tx, project, resource) : used(tx, project, resource, type);
      long most = resource.isMeasured() ? Math.multiplyExact(limit, GIB) : limit;
      if (used + more > most) {
        throw new RefusedException(
            new Refusal.OverQuota(
                resource, name, inUnits(resource, more), limit, inUnits(resource, used)));
      }
    }
  }
}
