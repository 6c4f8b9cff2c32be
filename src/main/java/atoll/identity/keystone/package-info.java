/**
 * Takes the tokens of an existing Keystone: asks it who they speak for, and remembers the answers
 * for a while.
 *
 * <p>Follows OpenStack's Identity API v3, "Validate and show information for token". Start with
 * {@link KeystoneTokens}; who this service is to Keystone says {@link KeystoneSettings}.
 */
@NullMarked
package atoll.identity.keystone;

import org.jspecify.annotations.NullMarked;
