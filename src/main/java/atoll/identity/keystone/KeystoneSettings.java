package atoll.identity.keystone;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which Keystone's tokens are taken, and as whom it is asked about them.
 *
 * @param url without a slash at its end: {@code /v3} follows it
 * @param certificates PEM of who vouches for it; null for whomever Java trusts
 */
public record KeystoneSettings(URI url, ServiceAccount account, @Nullable Path certificates) {}
