package atoll.objectstore.swift;

import atoll.objectstore.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which container, and how it is reached.
 *
 * @param listingDelay how long listings lag behind what was put and deleted
 * @param certificates a file of certificates to trust, null for those of Java
 */
public record SwiftContainer(
    String name, Duration listingDelay, @Nullable Path certificates, Traffic traffic) {}
