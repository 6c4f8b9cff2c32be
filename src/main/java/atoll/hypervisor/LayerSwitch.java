package atoll.hypervisor;

import atoll.model.LayerId;

/** From {@code top}, which freezes, to {@code overlay}, which was opened before. */
public record LayerSwitch(LayerId top, LayerId overlay) {}
