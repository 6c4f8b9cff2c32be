package atoll.hypervisor.qemu;

import atoll.hypervisor.LayerFile;
import atoll.model.LayerId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The block nodes of a layer, as {@code -blockdev} and {@code blockdev-add} want them: {@code
 * layer-N}, qcow2, over {@code file-N}.
 *
 * <p>Driver and backing node are always given, so QEMU never opens what a header names. Discards
 * reach the file system; zeros are looked for because a commit would else turn what was discarded
 * into data.
 *
 * <p>Source: QEMU qapi/block-core.json, "BlockdevOptions".
 */
final class LayerNodes {
  private LayerNodes() {}

  /** The name of a layer's node. */
  static String layerNode(LayerId layer) {
    return "layer-" + layer;
  }

  /** The name of the node of a layer's file. */
  static String fileNode(LayerId layer) {
    return "file-" + layer;
  }

  /** The layer a node is of; null if it is no layer's node. */
  static @Nullable LayerId layerOf(String node) {
    return node.matches("layer-[1-9][0-9]{0,17}")
        ? new LayerId(Long.parseLong(node.substring("layer-".length())))
        : null;
  }

  /**
   * The node of a layer's file.
   *
   * @param frozen whether it is only written to by jobs: then it is not locked for writing
   */
  static ObjectNode file(LayerFile layer, boolean frozen) {
    return Json.object()
        .put("driver", "file")
        .put("node-name", fileNode(layer.id()))
        .put("filename", layer.path().toString())
        .put("discard", "unmap")
        .put("auto-read-only", frozen);
  }

  /**
   * The node of a layer.
   *
   * @param backing what lies beneath, null for nothing
   * @param frozen whether it is only written to by jobs
   */
  static ObjectNode layer(LayerId layer, @Nullable LayerId backing, boolean frozen) {
    return Json.object()
        .put("driver", "qcow2")
        .put("node-name", layerNode(layer))
        .put("file", fileNode(layer))
        .put("backing", backing == null ? null : layerNode(backing))
        .put("discard", "unmap")
        .put("detect-zeroes", "unmap")
        .put("read-only", frozen);
  }

  /**
   * The nodes of a chain, in the order they are to be made.
   *
   * @param chain base first
   * @param topFrozen whether the last layer is frozen too
   */
  static List<ObjectNode> chain(List<LayerFile> chain, boolean topFrozen) {
    var nodes = new ArrayList<ObjectNode>();
    LayerId backing = null;
    for (LayerFile layer : chain) {
      boolean frozen = topFrozen || !layer.equals(chain.getLast());
      nodes.add(file(layer, frozen));
      nodes.add(layer(layer.id(), backing, frozen));
      backing = layer.id();
    }
    return nodes;
  }

  /** The layers of a chain in the order they are to be closed. */
  static List<LayerId> topFirst(List<LayerFile> chain) {
    return chain.reversed().stream().map(LayerFile::id).toList();
  }
}
