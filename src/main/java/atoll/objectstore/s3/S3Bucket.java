package atoll.objectstore.s3;

import atoll.objectstore.Traffic;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which bucket, and how it is reached.
 *
 * @param endpoint where the service is, null for Amazon's
 * @param region null for what the environment or the profile says
 * @param credentials null for those of the environment, the profile or the machine's role
 * @param hasPathStyle whether the bucket stands in the path of requests rather than in the name of
 *     the host
 * @param listingDelay how long listings lag behind, null to find out
 * @param certificates a file of certificates to trust, null for those of Java
 */
public record S3Bucket(
    String name,
    @Nullable URI endpoint,
    @Nullable String region,
    @Nullable S3Credentials credentials,
    boolean hasPathStyle,
    @Nullable Duration listingDelay,
    @Nullable Path certificates,
    Traffic traffic) {}
