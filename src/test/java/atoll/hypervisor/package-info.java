/** Machines that fail on command. */
@NullMarked
package atoll.hypervisor;

import org.jspecify.annotations.NullMarked;
