package atoll.model;

import java.time.Instant;

/**
 * What things belong to.
 *
 * @param name no other project has it
 * @param enabled tokens for a project that is not are void
 */
public record Project(
    ProjectId id, String name, String description, boolean enabled, Instant createdAt) {}
