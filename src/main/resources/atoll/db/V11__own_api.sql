-- What has just changed, and what is not in the repository yet, is looked for again and again while
-- somebody listens.
create index volumes_by_update on volumes (updated_at);
create index snapshots_by_update on snapshots (updated_at);
create index backups_by_update on backups (updated_at);
create index points_by_state on points (state, id);

-- How the last collection and the last verification of a repository ended.
create table collections (
  repository    text   primary key,
  began_at      bigint not null,
  ended_at      bigint not null,
  snapshots     bigint not null,
  packs_removed bigint not null,
  freed_bytes   bigint not null,
  live_bytes    bigint not null
);

create table verifications (
  repository text    primary key,
  quick      integer not null,
  began_at   bigint  not null,
  ended_at   bigint  not null,
  snapshots  bigint  not null,
  chunks     bigint  not null,
  read_bytes bigint  not null,
  damaged    bigint  not null
);

-- What the last verification found: a row for each range of a point in time that cannot be read, or
-- one without a point for what no point needs.
create table damages (
  repository    text    not null,
  position      integer not null,
  object_key    text    not null,
  offset_bytes  bigint  not null,
  problem       text    not null,
  point_id      text,
  range_offset  bigint,
  range_length  bigint,
  primary key (repository, position)
);
