package atoll.identity;

import org.jspecify.annotations.Nullable;

/** What is to be another of a project; null where it stays. */
public record ProjectChange(
    @Nullable String name, @Nullable String description, @Nullable Boolean enabled) {}
