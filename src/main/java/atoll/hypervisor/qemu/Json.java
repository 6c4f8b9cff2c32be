package atoll.hypervisor.qemu;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as QEMU and its guest agent speak it. */
final class Json {
  /**
   * More tokens than this are no answer. A line of {@link QmpConversation#LINE_BYTES_MAX} that is
   * full of empty objects would become thirty times as much memory.
   */
  static final int TOKENS_MAX = 2_000_000;

  static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxTokenCount(TOKENS_MAX).build())
              .build());

  private Json() {}

  /** A new object, to be filled with {@code put}. */
  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
