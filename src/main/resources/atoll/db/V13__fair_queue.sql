-- Whose a task is, so that many of one project do not keep another's waiting; and whether somebody
-- waits for it.
alter table tasks add column project_id text not null default '';
alter table tasks add column urgent integer not null default 0;
create index tasks_by_project on tasks (kind, project_id, due_at, id);
create index tasks_by_urgency on tasks (urgent, due_at, id);
