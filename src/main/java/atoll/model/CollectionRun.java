package atoll.model;

import java.time.Instant;

/**
 * How a collection of a repository ended.
 *
 * @param snapshots how many points in time there were
 * @param freedBytes how much shorter it became
 * @param liveBytes how much of it is in use
 */
public record CollectionRun(
    Instant beganAt,
    Instant endedAt,
    long snapshots,
    long packsRemoved,
    long freedBytes,
    long liveBytes) {}
