package atoll.model;

import java.time.Instant;

/**
 * A volume that its project offers to whoever has the key. It is there until it is accepted or
 * taken back.
 *
 * @param project that offers it
 * @param withoutSnapshots whether the volume's snapshots stay with that project
 * @param salt what the key was hashed with
 * @param keyHash of the key; the key itself is kept by nobody but who was told it
 */
public record Transfer(
    TransferId id,
    VolumeId volume,
    ProjectId project,
    String name,
    boolean withoutSnapshots,
    String salt,
    String keyHash,
    Instant createdAt) {}
