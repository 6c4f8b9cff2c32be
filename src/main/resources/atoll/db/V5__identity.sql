-- Who may do what: OpenStack's Identity v3 with one domain, which is a constant and no row.
-- Ids of projects are UUIDs as text; those of users and roles are 32 hexadecimal digits.

create table projects (
  id          text    primary key,
  name        text    not null unique,
  description text    not null,
  enabled     integer not null,
  created_at  bigint  not null
);

create table users (
  id              text    primary key,
  name            text    not null unique,
  email           text,
  description     text,
  enabled         integer not null,
  default_project text    references projects (id) on delete set null,
  password_hash   text,
  token_era       bigint  not null,
  created_at      bigint  not null
);

create table roles (
  id          text   primary key,
  name        text   not null,
  description text,
  created_at  bigint not null
);
-- What a role allows is found by its name in lower case: there must not be two.
create unique index roles_by_name on roles (lower(name));

-- A target is the id of a project, 'domain' or 'system'.
create table role_assignments (
  user_id text not null references users (id) on delete cascade,
  target  text not null,
  role_id text not null references roles (id) on delete cascade,
  primary key (user_id, target, role_id)
);
create index role_assignments_by_target on role_assignments (target);

create table ec2_credentials (
  access     text   primary key,
  secret     text   not null,
  user_id    text   not null references users (id) on delete cascade,
  project_id text   not null references projects (id) on delete cascade,
  created_at bigint not null
);
create index ec2_credentials_by_user on ec2_credentials (user_id, created_at);

create table revoked_tokens (
  audit_id   text   primary key,
  expires_at bigint not null
);
create index revoked_tokens_by_end on revoked_tokens (expires_at);

create table secrets (
  name  text primary key,
  value text not null
);
