/**
 * Logging in at a Keystone: as whom, where, and in which words. What is done with the token is the
 * business of others.
 *
 * <p>Follows OpenStack's Identity API v3, "Authentication and token management".
 */
@NullMarked
package atoll.keystone;

import org.jspecify.annotations.NullMarked;
