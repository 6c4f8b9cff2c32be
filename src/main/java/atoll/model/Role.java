package atoll.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What can be allowed to a user.
 *
 * @param id 32 hexadecimal digits
 * @param name no other role has it, in capitals or not
 */
public record Role(String id, String name, @Nullable String description, Instant createdAt) {}
