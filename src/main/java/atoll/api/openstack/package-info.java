/**
 * What OpenStack's APIs have in common: tokens and roles, microversions, the checking of bodies,
 * paging and links.
 *
 * <p>Each service's own room has its resources: {@code api.identity}, {@code api.volume}. Start
 * with {@link OpenStackApi}.
 */
@NullMarked
package atoll.api.openstack;

import org.jspecify.annotations.NullMarked;
