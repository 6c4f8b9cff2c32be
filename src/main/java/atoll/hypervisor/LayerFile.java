package atoll.hypervisor;

import atoll.model.LayerId;
import java.nio.file.Path;

/**
 * A qcow2 layer as a file on this host.
 *
 * @param id names the layer, and in QEMU its block nodes ({@code layer-ID} over {@code file-ID})
 * @param path absolute
 */
public record LayerFile(LayerId id, Path path) {}
