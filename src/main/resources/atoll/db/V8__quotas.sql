-- What a project may have, and what projects may have of which nothing else is said: those of a class.
-- Nothing is counted here: what is used is counted from the rows of volumes, snapshots and backups.
create table quotas (
  scope    text   not null,
  owner    text   not null,
  resource text   not null,
  quota    bigint not null,
  primary key (scope, owner, resource)
);

-- With all that is counted in the index itself, nothing else is read.
create index volumes_counted on volumes (project_id, deleted_at, type_id, size_bytes);
create index snapshots_counted on snapshots (project_id, deleted_at, volume_id, volume_size_bytes);
create index backups_counted on backups (project_id, deleted_at, size_bytes);

-- What an administrator said of a service; one of which nothing was said is enabled.
create table service_states (
  name            text    not null,
  host            text    not null,
  enabled         integer not null,
  disabled_reason text,
  frozen          integer not null,
  primary key (name, host)
);
