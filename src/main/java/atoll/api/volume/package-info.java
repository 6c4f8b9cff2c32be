/**
 * Block Storage v3, microversions 3.0 to 3.70, as Cinder speaks it.
 *
 * <p>A class of {@code ...Routes} has the calls of one kind of resource, a class of {@code ...View}
 * how it is shown. Start with {@link VolumeApi}; what is there is in docs/block-storage.md.
 */
@NullMarked
package atoll.api.volume;

import org.jspecify.annotations.NullMarked;
