package atoll.model;

import java.time.Instant;

/**
 * How a verification of a repository ended.
 *
 * @param isQuick whether only the tables were read
 * @param snapshots how many points in time were verified
 * @param damaged how many objects and records are not as they were written
 */
public record VerificationRun(
    boolean isQuick,
    Instant beganAt,
    Instant endedAt,
    long snapshots,
    long chunks,
    long readBytes,
    long damaged) {}
