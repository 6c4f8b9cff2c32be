package atoll.hypervisor.qemu;

import tools.jackson.databind.JsonNode;

/**
 * Something QEMU reported by itself.
 *
 * @param name as {@code DEVICE_DELETED}
 * @param data an object; empty if the event has none
 */
record QmpEvent(String name, JsonNode data) {
  /** The text under a key, empty if there is none. */
  String text(String key) {
    return data.path(key).asString("");
  }
}
