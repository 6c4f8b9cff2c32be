package atoll.model;

/** What a project may have only so much of. */
public enum QuotaResource {
  VOLUMES("volumes", 10, true),
  /** The size of any one volume, in GiB. */
  PER_VOLUME_GIGABYTES("per_volume_gigabytes", Quota.UNLIMITED, false),
  SNAPSHOTS("snapshots", 10, true),
  /** Of volumes and snapshots together, in GiB. */
  GIGABYTES("gigabytes", 1000, true),
  BACKUPS("backups", 10, false),
  /** Of backups, in GiB. */
  BACKUP_GIGABYTES("backup_gigabytes", 1000, false),
  GROUPS("groups", 10, false);

  private final String label;
  private final long standard;
  private final boolean perType;

  QuotaResource(String label, long standard, boolean perType) {
    this.label = label;
    this.standard = standard;
    this.perType = perType;
  }

  /** The name of its quota. */
  public String label() {
    return label;
  }

  /** The name of its quota for one type of volumes alone. */
  public String label(VolumeType type) {
    return label + "_" + type.name();
  }

  /** The quota as long as nobody has said anything. */
  public long standard() {
    return standard;
  }

  /** Whether it is bytes that are counted, in GiB, and not things. */
  public boolean isMeasured() {
    return switch (this) {
      case PER_VOLUME_GIGABYTES, GIGABYTES, BACKUP_GIGABYTES -> true;
      case VOLUMES, SNAPSHOTS, BACKUPS, GROUPS -> false;
    };
  }

  /** Whether each type of volumes has a quota of its own, too. */
  public boolean isPerType() {
    return perType;
  }
}
