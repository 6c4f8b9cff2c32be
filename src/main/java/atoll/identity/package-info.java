/**
 * Who may do what: projects, users, roles and their assignments, tokens and credentials.
 *
 * <p>Follows the model of OpenStack's Identity v3 with one domain, {@link Domain#DEFAULT}. Knows
 * nothing of HTTP and nothing of volumes. Start with {@link TokenVerifier} and {@link Caller}.
 */
@NullMarked
package atoll.identity;

import org.jspecify.annotations.NullMarked;
