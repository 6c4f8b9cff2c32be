/**
 * What Atoll is about, as records: volumes, snapshots, layers, instances, and the states they can
 * be in.
 *
 * <p>Holds no behaviour but the checks of its own consistency and how a fault reads ({@link
 * atoll.model.Causes}), and uses no other room.
 */
@NullMarked
package atoll.model;

import org.jspecify.annotations.NullMarked;
