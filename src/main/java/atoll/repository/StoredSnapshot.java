package atoll.repository;

/**
 * A snapshot as its manifest has it.
 *
 * @param lease the lease it was written under
 */
record StoredSnapshot(SnapshotManifest manifest, PointerTable table, ObjectId lease) {}
