package atoll.repository;

import java.time.Instant;
import java.util.UUID;

/** The record of a commit: a snapshot that is whole. */
record CommitJson(UUID snapshot, Instant at) {}
