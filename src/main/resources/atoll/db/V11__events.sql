-- What has just changed, and what is not in the repository yet, is looked for again and again while
-- somebody listens.
create index volumes_by_update on volumes (updated_at);
create index snapshots_by_update on snapshots (updated_at);
create index backups_by_update on backups (updated_at);
create index points_by_state on points (state, id);
