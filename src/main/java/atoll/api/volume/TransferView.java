package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.api.openstack.Times;
import atoll.engine.Transfers;
import atoll.model.Transfer;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a transfer is shown: the keys of the asked microversion, no more and no less. */
final class TransferView {
  /** Also of those that were asked for by the newer path. */
  private static final String LINKED_AS = "os-volume-transfer";

  private TransferView() {}

  /** As in short lists, and answered to who accepts one. */
  static Map<String, Object> summary(Call call, Transfer transfer) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", transfer.id().toString());
    shown.put("volume_id", transfer.volume().toString());
    shown.put("name", VolumeView.named(transfer.name()));
    shown.put("links", Links.of(call, LINKED_AS, transfer.id()));
    return shown;
  }

  /** As in the answer about one, and in lists in detail. */
  static Map<String, Object> shown(Call call, Transfer transfer) {
    Map<String, Object> shown = summary(call, transfer);
    shown.put("created_at", Times.of(transfer.createdAt()));
    if (call.version().has(55)) {
      shown.put("no_snapshots", transfer.withoutSnapshots());
    }
    if (call.version().has(57)) { // one that is accepted is there no more
      shown.put("destination_project_id", null);
      shown.put("source_project_id", OpenStackId.of(transfer.project()));
      shown.put("accepted", false);
    }
    return shown;
  }

  /** As answered to who makes one, and to nobody else. */
  static Map<String, Object> made(Call call, Transfers.Offer offer) {
    Map<String, Object> shown = shown(call, offer.transfer());
    shown.put("auth_key", offer.key());
    return shown;
  }
}
