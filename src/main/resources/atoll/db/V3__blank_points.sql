-- Whether a point was taken of a volume that had no layers yet, and so is in none. Of what waits for
-- its backup now and is in no layer this is taken for granted, as it was before.
alter table points add column blank integer not null default 0;
update points set blank = 1
where state = 'ON_PRIMARY' and id not in (select point_id from layers where point_id is not null);
