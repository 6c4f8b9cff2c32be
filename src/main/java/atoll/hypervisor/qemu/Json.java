package atoll.hypervisor.qemu;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as QEMU and its guest agent speak it. */
final class Json {
  static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /** A new object, to be filled with {@code put}. */
  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
