-- What a volume is made as. One is always there, for whoever names none.
create table volume_types (
  id          text    primary key,
  name        text    not null unique,
  description text    not null,
  is_public   integer not null,
  created_at  bigint  not null,
  updated_at  bigint
);
insert into volume_types (id, name, description, is_public, created_at)
values ('6f7bf8e9-6c5e-4c9b-9b0c-61a3a1ab6f01', '__DEFAULT__', 'Default Volume Type', 1, 0);

alter table volumes add column type_id text not null default '6f7bf8e9-6c5e-4c9b-9b0c-61a3a1ab6f01';
-- The volume it was cloned from.
alter table volumes add column source_id text;
alter table volumes add column bootable integer not null default 0;
alter table volumes add column read_only integer not null default 0;
-- The point in time that is to be its content as soon as it is in the repository.
alter table volumes add column awaited_point text;
create index volumes_by_awaited_point on volumes (awaited_point);
create index volumes_by_snapshot on volumes (snapshot_id, deleted_at);
create index volumes_by_creation on volumes (deleted_at, created_at, id);
create index snapshots_by_creation on snapshots (deleted_at, created_at, id);

-- What owners note of their things, and what is known of the image that a volume came from.
create table metadata (
  subject text not null,
  kind    text not null,
  name    text not null,
  value   text not null,
  primary key (subject, kind, name)
);
create index metadata_by_name on metadata (kind, name, value);

-- Snapshots that are kept under names and lives of their own.
create table backups (
  id          text    primary key,
  volume_id   text    not null,
  snapshot_id text,
  point_id    text    not null,
  project_id  text    not null,
  user_id     text    not null,
  name        text    not null,
  description text    not null,
  size_bytes  bigint  not null,
  incremental integer not null,
  created_at  bigint  not null,
  updated_at  bigint  not null,
  deleted_at  bigint
);
create index backups_by_point on backups (point_id, deleted_at);
create index backups_by_volume on backups (volume_id, deleted_at);
create index backups_by_project on backups (project_id, deleted_at, created_at);
create index backups_by_creation on backups (deleted_at, created_at, id);
