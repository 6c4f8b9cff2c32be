-- The instance that an available volume is kept for; nothing where it is kept for whoever asked.
alter table volumes add column reserved_for text;
