-- Calls that carried a key of their caller's, for a day: sent again, they are answered from here.
create table keyed_calls (
  caller      text    not null,
  name        text    not null,
  fingerprint text    not null,
  process     text    not null,
  status      integer,
  headers     text,
  body        text,
  begun_at    bigint  not null,
  primary key (caller, name)
);
create index keyed_calls_by_age on keyed_calls (begun_at);
