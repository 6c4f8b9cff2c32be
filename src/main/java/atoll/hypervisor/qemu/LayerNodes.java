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
 * <p>Both are made by one command, and the file's goes with the layer's: a layer is open or it is
 * not. (A file's node that stays open alone, because its maker was killed before the second
 * command, would be taken for that of the file that has the same name later.)
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
   * The nodes of a layer that is to be opened.
   *
   * @param backing what lies beneath, null for nothing
   * @param frozen whether it is only written to by jobs: then it is not locked for writing
   */
  static ObjectNode layer(LayerFile layer, @Nullable LayerId backing, boolean frozen) {
    ObjectNode file =
        Json.object()
            .put("driver", "file")
            .put("node-name", fileNode(layer.id()))
            .put("filename", layer.path().toString())
            .put("discard", "unmap")
            .put("auto-read-only", frozen);
    ObjectNode node = layer(layer.id(), backing, frozen);
    node.set("file", file);
    return node;
  }

  /** The node of a layer that is open, to be opened anew over the same file. */
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
      nodes.add(layer(layer, backing, frozen));
      backing = layer.id();
    }
    return nodes;
  }

  /** The layers of a chain in the order they are to be closed. */
  static List<LayerId> topFirst(List<LayerFile> chain) {
    return chain.reversed().stream().map(LayerFile::id).toList();
  }
}
