/**
 * OpenStack's Identity API v3: tokens, projects, users, roles, the catalog, keys for the EC2 API.
 *
 * <p>Spells what {@code atoll.identity} does, and decides nothing but who may call what. Start with
 * {@link IdentityApi}; what there is and what is not is in docs/identity.md.
 *
 * <p>Source: OpenStack, "Identity API v3 (CURRENT)".
 */
@NullMarked
package atoll.api.identity;

import org.jspecify.annotations.NullMarked;
