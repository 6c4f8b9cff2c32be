-- Why a point that is on primary storage alone cannot be read there; null while it can, or nobody has tried.
alter table points add column fault text;
