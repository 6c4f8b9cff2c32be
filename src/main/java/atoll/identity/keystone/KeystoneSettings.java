package atoll.identity.keystone;

import atoll.keystone.Account;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which Keystone's tokens are taken, and as whom it is asked about them: that takes the role {@code
 * service} or {@code admin}.
 *
 * @param url without a slash at its end: {@code /v3} follows it
 * @param certificates PEM of who vouches for it; null for whomever Java trusts
 */
public record KeystoneSettings(URI url, Account account, @Nullable Path certificates) {}
