-- Times are microseconds since 1970 in UTC; ids of what users see are UUIDs as text.

create table counters (
  name  text   primary key,
  value bigint not null
);
insert into counters (name, value) values ('layer', 0), ('point', 0), ('task', 0);

create table volumes (
  id          text   primary key,
  project_id  text   not null,
  user_id     text   not null,
  name        text   not null,
  description text   not null,
  size_bytes  bigint not null,
  status      text   not null,
  fault       text,
  snapshot_id text,
  base_point  text,
  created_at  bigint not null,
  updated_at  bigint not null,
  deleted_at  bigint
);
create index volumes_by_project on volumes (project_id, deleted_at, created_at);
create index volumes_by_base_point on volumes (base_point);

create table points (
  id             text   primary key,
  volume_id      text   not null,
  sequence       bigint not null unique,
  state          text   not null,
  size_bytes     bigint not null,
  taken_at       bigint not null,
  consistency    text   not null,
  changed_bytes  bigint,
  read_bytes     bigint,
  stored_bytes   bigint,
  backup_millis  bigint,
  content_digest text
);
create index points_by_volume on points (volume_id, state, sequence);

create table snapshots (
  id                text   primary key,
  volume_id         text   not null,
  point_id          text   not null,
  set_id            text,
  project_id        text   not null,
  user_id           text   not null,
  name              text   not null,
  description       text   not null,
  volume_size_bytes bigint not null,
  scheduled_at      bigint not null,
  created_at        bigint not null,
  updated_at        bigint not null,
  deleted_at        bigint
);
create index snapshots_by_volume on snapshots (volume_id, deleted_at);
create index snapshots_by_point on snapshots (point_id, deleted_at);
create index snapshots_by_project on snapshots (project_id, deleted_at, created_at);

create table layers (
  id            bigint primary key,
  volume_id     text   not null,
  status        text   not null,
  size_bytes    bigint not null,
  point_id      text,
  create_micros bigint not null,
  created_at    bigint not null
);
create index layers_by_volume on layers (volume_id, id);

-- Who needs a layer to stay as it is: while a row is here nothing merges the layer.
create table pins (
  layer_id bigint not null,
  holder   text   not null,
  primary key (layer_id, holder)
);

create table instances (
  id         text    primary key,
  project_id text    not null,
  user_id    text    not null,
  name       text    not null,
  memory_mib integer not null,
  cpus       integer not null,
  channels   text    not null,
  status     text    not null,
  fault      text,
  created_at bigint  not null,
  updated_at bigint  not null,
  deleted_at bigint
);
create index instances_by_project on instances (project_id, deleted_at, created_at);

create table attachments (
  volume_id   text    primary key,
  instance_id text    not null,
  slot        integer not null,
  bootable    integer not null,
  attached_at bigint  not null,
  unique (instance_id, slot)
);

create table tasks (
  id          bigint  primary key,
  kind        text    not null,
  subject     text    not null,
  argument    text    not null,
  due_at      bigint  not null,
  attempts    integer not null,
  again       integer not null,
  fault       text,
  progress    double precision not null,
  owner       text,
  lease_until bigint,
  created_at  bigint  not null,
  unique (kind, subject)
);
create index tasks_by_due on tasks (due_at);
