package atoll.hypervisor.qemu;

import atoll.hypervisor.BlockJob;
import atoll.hypervisor.BlockNodes;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.LayerSwitch;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The layers that a QEMU process has open, of a machine or of a storage daemon: both speak QMP.
 *
 * <p>Source: QEMU docs/interop/live-block-operations.
 */
final class QemuBlockNodes implements BlockNodes {
  private final QmpClient qmp;
  private final LayerChains chains;
  private final boolean topFrozen;

  /**
   * The nodes of the process at the other end of {@code qmp}.
   *
   * @param topFrozen whether even the top of a chain is open as if it were frozen
   */
  QemuBlockNodes(QmpClient qmp, LayerChains chains, boolean topFrozen) {
    this.qmp = qmp;
    this.chains = chains;
    this.topFrozen = topFrozen;
  }

  @Override
  public void open(LayerFile overlay) throws IOException {
    qmp.execute("blockdev-add", LayerNodes.layer(overlay, null, false));
  }

  /** Opens a whole chain, base first; nothing stays open if it fails. */
  void openChain(List<LayerFile> chain) throws IOException {
    try {
      for (ObjectNode node : LayerNodes.chain(chain, topFrozen)) {
        qmp.execute("blockdev-add", node);
      }
    } catch (QmpException e) {
      try {
        closeAll(LayerNodes.topFirst(chain));
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  @Override
  public void close(LayerId layer) throws IOException {
    String node = LayerNodes.layerNode(layer);
    if (names().contains(node)) {
      qmp.execute("blockdev-del", Json.object().put("node-name", node));
    }
  }

  /** Closes layers that no chain uses any more, in this order: a layer before what it lies on. */
  void closeAll(List<LayerId> topFirst) throws IOException {
    for (LayerId layer : topFirst) {
      close(layer);
    }
  }

  @Override
  public Set<LayerId> open() throws IOException {
    var layers = new HashSet<LayerId>();
    for (String node : names()) {
      LayerId layer = LayerNodes.layerOf(node);
      if (layer != null) {
        layers.add(layer);
      }
    }
    return layers;
  }

  /**
   * The names of all nodes. Not from {@code query-named-block-nodes}: QEMU 7.2 dies of that while a
   * stream ends, when the job's filter has lost its child already.
   */
  private Set<String> names() throws IOException {
    return new BlockStats(qmp.execute("query-blockstats", Json.object().put("query-nodes", true)))
        .nodes();
  }

  @Override
  public Set<VolumeId> disks() throws IOException {
    return chains.volumes();
  }

  @Override
  public LayerId top(VolumeId volume) throws IOException {
    return chains.chainOf(volume).getFirst();
  }

  @Override
  public void switchTo(List<LayerSwitch> switches) throws IOException {
    if (switches.isEmpty()) {
      return;
    }
    ObjectNode transaction = Json.object();
    ArrayNode actions = transaction.putArray("actions");
    for (LayerSwitch each : switches) {
      ObjectNode action = actions.addObject().put("type", "blockdev-snapshot");
      action
          .putObject("data")
          .put("node", LayerNodes.layerNode(each.top()))
          .put("overlay", LayerNodes.layerNode(each.overlay()));
    }
    qmp.execute("transaction", transaction);
    switches.forEach(each -> chains.grew(each.top(), each.overlay()));
  }

  @Override
  public BlockJob pull(LayerFile upper, LayerFile base) throws IOException {
    List<LayerId> leaving = between(upper.id(), base.id());
    ObjectNode stream =
        Json.object()
            .put("device", LayerNodes.layerNode(upper.id()))
            .put("base-node", LayerNodes.layerNode(base.id()))
            .put("backing-file", name(base, upper));
    return start("block-stream", "pull-" + upper.id(), stream, leaving);
  }

  @Override
  public BlockJob commit(LayerFile top, LayerFile upper, LayerFile base) throws IOException {
    if (top.id().equals(upper.id())) {
      throw new IllegalArgumentException(
          "layer " + top.id() + " is written to: commit needs a frozen one");
    }
    var leaving = new ArrayList<>(List.of(upper.id()));
    leaving.addAll(between(upper.id(), base.id()));
    ObjectNode commit =
        Json.object()
            .put("device", LayerNodes.layerNode(top.id()))
            .put("top-node", LayerNodes.layerNode(upper.id()))
            .put("base-node", LayerNodes.layerNode(base.id()))
            .put("backing-file", name(base, top));
    return start("block-commit", "commit-" + upper.id(), commit, leaving);
  }

  /** The layers above {@code base} and beneath {@code upper}, top first. */
  private List<LayerId> between(LayerId upper, LayerId base) throws IOException {
    List<LayerId> chain = chains.chainOf(upper);
    int from = chain.indexOf(upper) + 1;
    int to = chain.indexOf(base);
    if (to < from) {
      throw new IOException("layer " + upper + " does not lie on " + base + " in " + chain);
    }
    return chain.subList(from, to);
  }

  /** The name of {@code base} for headers in the directory of {@code layer}. */
  private static String name(LayerFile base, LayerFile layer) {
    boolean together = base.path().resolveSibling(layer.path().getFileName()).equals(layer.path());
    return (together ? base.path().getFileName() : base.path()).toString();
  }

  private BlockJob start(String command, String id, ObjectNode arguments, List<LayerId> leaving)
      throws IOException {
    QmpEvents events = QemuBlockJob.events(qmp, Set.of(id));
    try {
      qmp.execute(command, arguments.put("job-id", id));
    } catch (IOException e) {
      events.close();
      throw e;
    }
    return new QemuBlockJob(qmp, id, events, () -> left(leaving));
  }

  private void left(List<LayerId> leaving) throws IOException {
    chains.shrank(leaving);
    closeAll(leaving);
  }

  @Override
  public void resize(LayerId top, long sizeBytes) throws IOException {
    if (topFrozen) {
      reopen(top, false);
    }
    qmp.execute(
        "block_resize",
        Json.object().put("node-name", LayerNodes.layerNode(top)).put("size", sizeBytes));
  }

  /**
   * QEMU flushes a layer that is open for writing when it opens it in another way. A job does that
   * at its end and passes over a failure: the layer stays open for writing, and what later jobs
   * write to it is not flushed.
   */
  @Override
  public void flush(LayerId frozen) throws IOException {
    reopen(frozen, false);
    reopen(frozen, true);
  }

  private void reopen(LayerId layer, boolean frozen) throws IOException {
    List<LayerId> chain = chains.chainOf(layer);
    int beneath = chain.indexOf(layer) + 1;
    @Nullable LayerId backing = beneath == chain.size() ? null : chain.get(beneath);
    ObjectNode reopen = Json.object();
    reopen.putArray("options").add(LayerNodes.layer(layer, backing, frozen));
    qmp.execute("blockdev-reopen", reopen);
  }
}
