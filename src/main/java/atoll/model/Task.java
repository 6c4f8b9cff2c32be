package atoll.model;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Work to be done in the background, kept until it is done.
 *
 * @param subject what it is about; there is at most one task of a kind for a subject
 * @param argument what else the kind needs, in its own form
 * @param dueAt not before
 * @param attempts how often it failed in a row
 * @param fault how it failed last
 * @param progress from 0 to 1, of the present attempt
 */
public record Task(
    long id,
    TaskKind kind,
    UUID subject,
    String argument,
    Instant dueAt,
    int attempts,
    @Nullable String fault,
    double progress) {}
