/**
 * Machines as QEMU processes, driven over QMP: what {@link atoll.hypervisor} promises, done with
 * the QEMU that a distribution ships.
 *
 * <p>Start with {@link QemuHypervisor}. Everything that is said to QEMU goes through {@link
 * QmpClient}; what a machine is started with stands in {@link QemuCommandLine}. QEMU 7.2 is the
 * oldest that is known to work. Sources: QEMU docs/interop/qmp-spec, live-block-operations and
 * qemu-qmp-ref.
 */
@NullMarked
package atoll.hypervisor.qemu;

import org.jspecify.annotations.NullMarked;
