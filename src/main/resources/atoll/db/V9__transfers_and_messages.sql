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
