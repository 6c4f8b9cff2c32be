package atoll.db;

import org.jdbi.v3.core.Handle;

/** The tables, within one transaction; of no use after it. */
public final class Transaction {
  private final VolumeTable volumes;
  private final PointTable points;
  private final SnapshotTable snapshots;
  private final LayerTable layers;
  private final InstanceTable instances;
  private final AttachmentTable attachments;
  private final TaskTable tasks;
  private final TaskQueue taskQueue;
  private final AlertTable alerts;
  private final BackupTable backups;
  private final MetadataTable metadata;
  private final VolumeTypeTable volumeTypes;
  private final TypeEncryptionTable typeEncryptions;
  private final QosSpecsTable qosSpecs;
  private final ProjectTable projects;
  private final UserTable users;
  private final RoleTable roles;
  private final CredentialTable credentials;
  private final TokenTable tokens;
  private final SecretTable secrets;
  private final QuotaTable quotas;
  private final ServiceStateTable serviceStates;
  private final RepositoryTable repositories;
  private final TransferTable transfers;
  private final KeyedCallTable keyedCalls;
  private final MessageTable messages;

  Transaction(Handle handle) {
    this.volumes = new VolumeTable(handle);
    this.points = new PointTable(handle);
    this.snapshots = new SnapshotTable(handle);
    this.layers = new LayerTable(handle);
    this.instances = new InstanceTable(handle);
    this.attachments = new AttachmentTable(handle);
    this.tasks = new TaskTable(handle);
    this.taskQueue = new TaskQueue(handle, tasks);
    this.alerts = new AlertTable(handle);
    this.backups = new BackupTable(handle);
    this.metadata = new MetadataTable(handle);
    this.volumeTypes = new VolumeTypeTable(handle);
    this.typeEncryptions = new TypeEncryptionTable(handle);
    this.qosSpecs = new QosSpecsTable(handle);
    this.projects = new ProjectTable(handle);
    this.users = new UserTable(handle);
    this.roles = new RoleTable(handle);
    this.credentials = new CredentialTable(handle);
    this.tokens = new TokenTable(handle);
    this.secrets = new SecretTable(handle);
    this.quotas = new QuotaTable(handle);
    this.serviceStates = new ServiceStateTable(handle);
    this.repositories = new RepositoryTable(handle);
    this.transfers = new TransferTable(handle);
    this.keyedCalls = new KeyedCallTable(handle);
    this.messages = new MessageTable(handle);
  }

  public VolumeTable volumes() {
    return volumes;
  }

  public PointTable points() {
    return points;
  }

  public SnapshotTable snapshots() {
    return snapshots;
  }

  public LayerTable layers() {
    return layers;
  }

  public InstanceTable instances() {
    return instances;
  }

  public AttachmentTable attachments() {
    return attachments;
  }

  /** Which task is next. */
  public TaskQueue taskQueue() {
    return taskQueue;
  }

  public TaskTable tasks() {
    return tasks;
  }

  public AlertTable alerts() {
    return alerts;
  }

  public BackupTable backups() {
    return backups;
  }

  public MetadataTable metadata() {
    return metadata;
  }

  public VolumeTypeTable volumeTypes() {
    return volumeTypes;
  }

  public TypeEncryptionTable typeEncryptions() {
    return typeEncryptions;
  }

  public QosSpecsTable qosSpecs() {
    return qosSpecs;
  }

  public ProjectTable projects() {
    return projects;
  }

  public UserTable users() {
    return users;
  }

  public RoleTable roles() {
    return roles;
  }

  public CredentialTable credentials() {
    return credentials;
  }

  public TokenTable tokens() {
    return tokens;
  }

  public SecretTable secrets() {
    return secrets;
  }

  public QuotaTable quotas() {
    return quotas;
  }

  public RepositoryTable repositories() {
    return repositories;
  }

  public ServiceStateTable serviceStates() {
    return serviceStates;
  }

  public KeyedCallTable keyedCalls() {
    return keyedCalls;
  }

  public TransferTable transfers() {
    return transfers;
  }

  public MessageTable messages() {
    return messages;
  }
}
