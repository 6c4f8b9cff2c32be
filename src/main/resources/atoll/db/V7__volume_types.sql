-- What a storage or a hypervisor is to keep to. Kept for whoever asks.
create table qos_specs (
  id         text   primary key,
  name       text   not null unique,
  consumer   text   not null,
  created_at bigint not null
);

alter table volume_types add column qos_specs_id text references qos_specs (id);

-- Which projects see a type that is not public. A project's id is never used twice, so what is left
-- of a deleted one opens nothing to anybody.
create table volume_type_access (
  type_id    text not null references volume_types (id) on delete cascade,
  project_id text not null,
  primary key (type_id, project_id)
);

-- What was said of the encryption of a type's volumes.
create table volume_type_encryption (
  type_id          text    primary key references volume_types (id) on delete cascade,
  id               text    not null unique,
  provider         text    not null,
  cipher           text,
  key_size_bits    bigint,
  control_location text    not null,
  created_at       bigint  not null,
  updated_at       bigint
);

create index volumes_by_type on volumes (type_id, deleted_at);
