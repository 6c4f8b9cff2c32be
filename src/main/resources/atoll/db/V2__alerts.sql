-- What a person should know and has not dismissed: one row for each kind and subject while it lasts.
create table alerts (
  id         bigint  primary key,
  kind       text    not null,
  subject    text    not null,
  message    text    not null,
  raised_at  bigint  not null,
  updated_at bigint  not null,
  times      bigint  not null,
  dismissed  integer not null,
  unique (kind, subject)
);
insert into counters (name, value) values ('alert', 0);

-- How long the guest's file systems stood still for a point; 0 where they were not frozen.
alter table points add column frozen_micros bigint not null default 0;
