package atoll.repository;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.Pauses;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What all work on an opened repository needs. */
record RepositoryParts(
    ObjectStore store,
    SealedObjects objects,
    KeyRing keys,
    Manifests manifests,
    Relocations relocations,
    RecordReader reader,
    RepositoryTuning tuning,
    SecureRandom random,
    InstantSource clock,
    Pauses pauses,
    EndedWork<ObjectId> ended) {}
