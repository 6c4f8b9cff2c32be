/**
 * Atoll's own API: what no other service's clients could ask for. Tasks, alerts, events, what a
 * snapshot cost, the repository, machines on volumes.
 *
 * <p>Tokens, roles and routes are those of {@code api.openstack}. Start with {@link OwnApi}; what
 * clients see is docs/own-api.md.
 */
@NullMarked
package atoll.api.own;

import org.jspecify.annotations.NullMarked;
