package atoll.engine;

/**
 * The points a verb passes where something outside memory has just changed: where a crash is most
 * telling. {@link Steps} hears of each.
 */
public enum Step {
  /** The row of a new layer is recorded; its file is not there. */
  LAYER_RECORDED,
  /** The file of a new layer is there; nothing uses it. */
  LAYER_MADE,
  /** A machine has a new layer open that it does not write to yet. */
  LAYER_OPENED,
  /** A new layer is the top of a chain that no machine has. */
  LAYER_LINKED,
  /** A standby layer that does not fit any more is in no chain; its file is there. */
  LAYER_UNLINKED,
  /** A machine has a layer open no more whose file is there, but in no chain. */
  LAYER_CLOSED,
  /** The file of a layer is removed; its row is there. */
  LAYER_REMOVED,
  /** The row of a layer is removed, too. */
  LAYER_FORGOTTEN,
  /** The guest's file systems are frozen. */
  GUEST_FROZEN,
  /** The machine writes to the new layers; the database does not know. */
  TAKE_SWITCHED,
  /** The guest's file systems have thawed; the database does not know of the snapshot. */
  GUEST_THAWED,
  /** A snapshot is recorded; its caller was not told. */
  TAKE_RECORDED,
  /** The layers of a backup are pinned. */
  BACK_UP_PINNED,
  /** The repository may have a part of a point in time. */
  BACK_UP_STARTED,
  /** The repository has the point in time; the database does not know. */
  BACK_UP_WRITTEN,
  /** The database knows that a point in time is in the repository. */
  BACK_UP_RECORDED,
  /** The layers of a merge are marked. */
  MERGE_MARKED,
  /** The merge's job runs in the machine. */
  MERGE_STARTED,
  /** The job has ended; the database does not know. */
  MERGE_DONE,
  /** The database knows that layers are merged away; their files are there. */
  MERGE_RECORDED,
  /** A volume needs no layer here any more; their files are there. */
  EVICT_RECORDED,
  /** A new volume is recorded; its caller was not told. */
  VOLUME_RECORDED,
  /** A new base layer is being filled. */
  FILL_STARTED,
  /** A new base layer is whole; the database does not know. */
  FILL_DONE,
  /** The database knows that a base layer is whole. */
  FILL_RECORDED,
  /** An image is imported. */
  IMPORT_RECORDED,
  /** A volume is marked as being attached. */
  ATTACH_MARKED,
  /** The disk is plugged in; the database does not know. */
  ATTACH_PLUGGED,
  /** A volume is attached; the caller was not told. */
  ATTACH_RECORDED,
  /** A volume is marked as being detached. */
  DETACH_MARKED,
  /** The disk is unplugged; the database does not know. */
  DETACH_UNPLUGGED,
  /** The machine has no layer of the disk open; the database does not know. */
  DETACH_CLOSED,
  /** A volume is detached; the caller was not told. */
  DETACH_RECORDED,
  /** A new instance is recorded; its caller was not told. */
  INSTANCE_RECORDED,
  /** An instance is marked as being started. */
  START_MARKED,
  /** The machine runs; the database does not know. */
  START_RUNNING,
  /** The database knows that the machine runs; nobody watches it. */
  START_RECORDED,
  /** An instance is marked as being stopped. */
  STOP_MARKED,
  /** The machine has ended; the database does not know. */
  STOP_ENDED,
  /** The database knows that the machine has ended. */
  STOP_RECORDED,
  /** The deletion of an instance is recorded; the hypervisor keeps something of it. */
  INSTANCE_DELETED,
  /** The hypervisor keeps nothing of it. */
  INSTANCE_FORGOTTEN,
  /** A volume's new size is recorded; the machine does not know. */
  EXTEND_RECORDED,
  /** The machine's disk has the new size; its layer's row does not. */
  EXTEND_GROWN,
  /** A layer's new size is recorded. */
  EXTEND_DONE,
  /** A volume is marked as getting other content; it has its own. */
  REVERT_RECORDED,
  /** A volume has other content; the files of what it had are there. */
  REVERT_DONE,
  /** The deletion of a volume is recorded. */
  VOLUME_DELETED,
  /** The deletion of a snapshot is recorded. */
  DELETE_RECORDED,
  /** A point in time is marked as being dropped. */
  DROP_MARKED,
  /** It is removed from the repository; the database does not know. */
  DROP_DELETED,
  /** The database knows that it is removed. */
  DROP_RECORDED,
  /** A task has a worker. */
  TASK_CLAIMED,
  /** A task is done, and so recorded, or put back. */
  TASK_ENDED
}
