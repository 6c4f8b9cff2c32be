-- Volumes that their projects offer to whoever has the key, of which only a salted hash is kept. A row
-- is here while its volume is AWAITING_TRANSFER; project_id is the volume's project.
create table transfers (
  id                text    primary key,
  volume_id         text    not null unique,
  project_id        text    not null,
  name              text    not null,
  without_snapshots integer not null,
  salt              text    not null,
  key_hash          text    not null,
  created_at        bigint  not null
);
create index transfers_by_project on transfers (project_id, created_at, id);

-- What users are told of work that failed in the background, until it is old.
create table messages (
  id         text   primary key,
  project_id text   not null,
  kind       text   not null,
  subject    text   not null,
  created_at bigint not null,
  expires_at bigint not null
);
create index messages_by_project on messages (project_id, created_at, id);
create index messages_by_end on messages (expires_at);
