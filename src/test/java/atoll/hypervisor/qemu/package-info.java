@NullMarked
package atoll.hypervisor.qemu;

import org.jspecify.annotations.NullMarked;
