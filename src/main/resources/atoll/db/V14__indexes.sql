-- Each list by what it is filtered and sorted by: the rows of a page lie side by side in an index,
-- wherever in the list it is, and those that are deleted are in none. What ends an order is the same
-- everywhere (Listing): created_at, id.
drop index volumes_by_project;
drop index volumes_by_creation;
create index volumes_by_project on volumes (project_id, created_at, id) where deleted_at is null;
create index volumes_by_project_name on volumes (project_id, name, created_at, id) where deleted_at is null;
create index volumes_by_project_status on volumes (project_id, status, created_at, id) where deleted_at is null;
create index volumes_by_project_update on volumes (project_id, updated_at, created_at, id) where deleted_at is null;
create index volumes_by_project_size on volumes (project_id, size_bytes, created_at, id) where deleted_at is null;
create index volumes_by_project_boot on volumes (project_id, bootable, created_at, id) where deleted_at is null;
create index volumes_by_project_id on volumes (project_id, id) where deleted_at is null;
create index volumes_by_creation on volumes (created_at, id) where deleted_at is null;
create index volumes_by_name on volumes (name, created_at, id) where deleted_at is null;
create index volumes_by_status on volumes (status, created_at, id) where deleted_at is null;
create index volumes_by_living_update on volumes (updated_at, created_at, id) where deleted_at is null;
create index volumes_by_size on volumes (size_bytes, created_at, id) where deleted_at is null;
create index volumes_by_boot on volumes (bootable, created_at, id) where deleted_at is null;
create index volumes_by_reservation on volumes (reserved_for) where reserved_for is not null;

drop index snapshots_by_project;
drop index snapshots_by_creation;
drop index snapshots_by_volume;
create index snapshots_by_project on snapshots (project_id, created_at, id) where deleted_at is null;
create index snapshots_by_project_name on snapshots (project_id, name, created_at, id) where deleted_at is null;
create index snapshots_by_creation on snapshots (created_at, id) where deleted_at is null;
create index snapshots_by_name on snapshots (name, created_at, id) where deleted_at is null;
create index snapshots_by_volume on snapshots (volume_id, created_at, id) where deleted_at is null;

drop index backups_by_project;
drop index backups_by_creation;
drop index backups_by_volume;
create index backups_by_project on backups (project_id, created_at, id) where deleted_at is null;
create index backups_by_project_name on backups (project_id, name, created_at, id) where deleted_at is null;
create index backups_by_creation on backups (created_at, id) where deleted_at is null;
create index backups_by_name on backups (name, created_at, id) where deleted_at is null;
create index backups_by_volume on backups (volume_id, created_at, id) where deleted_at is null;
create index backups_by_snapshot on backups (snapshot_id, created_at, id) where deleted_at is null;

create index messages_by_creation on messages (created_at, id);
create index messages_by_subject on messages (subject);
create index transfers_by_creation on transfers (created_at, id);
drop index instances_by_project;
create index instances_by_project on instances (project_id, created_at, id) where deleted_at is null;
create index instances_by_creation on instances (created_at, id) where deleted_at is null;

-- The few that are lost, which lists of what can be used leave out.
create index points_lost on points (id) where fault is not null;

-- Whether a point is what a layer ends with is asked of each that is let go of.
create index layers_by_point on layers (point_id) where point_id is not null;

-- What a worker waits for, and what was at work when a process ended.
drop index tasks_by_due;
create index tasks_free on tasks (kind, due_at) where owner is null;
create index tasks_at_work on tasks (owner) where owner is not null;

-- How much each project has that is not deleted, so that nobody has to count it: see HoldingTable.
drop index volumes_counted;
drop index snapshots_counted;
drop index backups_counted;
create table holdings (
  kind       text   not null,
  project_id text   not null,
  type_id    text   not null,
  things     bigint not null,
  bytes      bigint not null,
  primary key (kind, project_id, type_id)
);
insert into holdings (kind, project_id, type_id, things, bytes)
select 'VOLUME', project_id, type_id, count(*), sum(size_bytes) from volumes
where deleted_at is null group by project_id, type_id;
insert into holdings (kind, project_id, type_id, things, bytes)
select 'SNAPSHOT', s.project_id, coalesce(v.type_id, ''), count(*), sum(s.volume_size_bytes)
from snapshots s left join volumes v on v.id = s.volume_id
where s.deleted_at is null group by s.project_id, coalesce(v.type_id, '');
insert into holdings (kind, project_id, type_id, things, bytes)
select 'BACKUP', project_id, '', count(*), sum(size_bytes) from backups
where deleted_at is null group by project_id;
