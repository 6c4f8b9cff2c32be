/**
 * Commands that speak to a running service: {@code atoll task}, {@code atoll instance} and others.
 *
 * <p>They find it as OpenStack's clients do, by the variables that {@code source DIR/openrc} sets,
 * and call what docs/own-api.md lists. What they share is {@link atoll.cli.client.CloudOptions}.
 */
@NullMarked
package atoll.cli.client;

import org.jspecify.annotations.NullMarked;
