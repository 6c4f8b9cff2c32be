/**
 * Image v2 as far as other services' clients need it: {@code openstack volume create} looks for an
 * image service before it does anything. There are no images yet, and it says so.
 */
@NullMarked
package atoll.api.image;

import org.jspecify.annotations.NullMarked;
