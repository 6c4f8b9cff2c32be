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
  /** The machine writes to the new layers; the database does not know. */
  TAKE_SWITCHED,
  /** A snapshot is recorded; its caller was not told. */
  TAKE_RECORDED,
  /** The layers of a backup are pinned. */
  BACK_UP_PINNED,
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
  LAYER_UNLINKED,
  /** The file of a layer is removed; its row is there. */
  LAYER_REMOVED,
  /** A new base layer is being filled. */
  FILL_STARTED,
  /** A new base layer is whole; the database does not know. */
  FILL_DONE,
  /** A volume is marked as being attached. */
  ATTACH_MARKED,
  /** The disk is plugged in; the database does not know. */
  ATTACH_PLUGGED,
  /** A volume is marked as being detached. */
  DETACH_MARKED,
  /** The disk is unplugged; the database does not know. */
  DETACH_UNPLUGGED,
  /** An instance is marked as being started. */
  START_MARKED,
  /** The machine runs; the database does not know. */
  START_RUNNING,
  /** A volume's new size is recorded; the machine does not know. */
  EXTEND_RECORDED,
  /** The deletion of a snapshot is recorded. */
  DELETE_RECORDED,
  /** A point in time is marked as being dropped. */
  DROP_MARKED,
  /** It is removed from the repository; the database does not know. */
  DROP_DELETED
}
