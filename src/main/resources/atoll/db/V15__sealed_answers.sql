-- What calls with a key were answered may be secret: sealed with that key, which is kept nowhere.
delete from keyed_calls;
alter table keyed_calls drop column status;
alter table keyed_calls drop column headers;
alter table keyed_calls drop column body;
alter table keyed_calls add column answer text;
