package atoll.model;

import java.time.Instant;
import java.util.UUID;

/**
 * What the users of a project are told of something that failed in the background.
 *
 * @param subject the volume, snapshot or backup it is about, as the kind says
 * @param expiresAt when it goes by itself
 */
public record Message(
    MessageId id,
    ProjectId project,
    MessageKind kind,
    UUID subject,
    Instant createdAt,
    Instant expiresAt) {}
