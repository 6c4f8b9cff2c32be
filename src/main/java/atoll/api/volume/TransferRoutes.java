package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Transfers;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Page;
import atoll.model.Transfer;
import atoll.model.TransferFilter;
import atoll.model.TransferId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The calls that give volumes to other projects. Source: Block Storage API v3, Volume transfer.
 *
 * <p>They are there by two paths. The newer one, from microversion 3.55 on, takes {@code
 * no_snapshots}; apart from that they are the same.
 */
final class TransferRoutes {
  private static final int WITH_SNAPSHOTS = 55;
  private static final int PAGED = 59;
  private static final Map<String, TransferFilter.Key> KEYS =
      Map.of(
          "created_at", TransferFilter.Key.CREATED_AT,
          "name", TransferFilter.Key.NAME,
          "display_name", TransferFilter.Key.NAME,
          "volume_id", TransferFilter.Key.VOLUME,
          "id", TransferFilter.Key.ID);

  /** How lists came before they could be sorted. */
  private static final List<Page.Sort<TransferFilter.Key>> OLDEST_FIRST =
      List.of(new Page.Sort<>(TransferFilter.Key.CREATED_AT, false));

  private final Transfers transfers;
  private final Things things;

  TransferRoutes(Transfers transfers, Things things) {
    this.transfers = transfers;
    this.things = things;
  }

  void addTo(VolumeApi.Builder api) {
    addTo(api, 0, "os-volume-transfer");
    addTo(api, WITH_SNAPSHOTS, "volume-transfers");
  }

  private void addTo(VolumeApi.Builder api, int since, String name) {
    String path = "/" + name;
    String one = path + "/{id}";
    boolean newer = since > 0;
    api.add(since, HttpMethod.GET, path, Access.READER, call -> list(call, name, false));
    api.add(since, HttpMethod.GET, path + "/detail", Access.READER, call -> list(call, name, true));
    api.add(since, HttpMethod.POST, path, Access.MEMBER, call -> create(call, newer));
    api.add(since, HttpMethod.GET, one, Access.READER, this::show);
    api.add(since, HttpMethod.DELETE, one, Access.MEMBER, this::delete);
    api.add(since, HttpMethod.POST, one + "/accept", Access.MEMBER, this::accept);
  }

  private Response list(Call call, String path, boolean detailed) {
    Page<TransferFilter.Key> page =
        ListParameters.page(
            call,
            KEYS,
            TransferFilter.Key.CREATED_AT,
            Things.noSuch("transfer", call.query("marker")));
    if (!call.version().has(PAGED)) {
      page = new Page<>(OLDEST_FIRST, page.marker(), page.offset(), page.limit());
    }
    var filter =
        new TransferFilter(
            Things.projectOf(call),
            call.query("name"),
            Filters.id(call, "volume_id", VolumeId::new));
    return Response.json(
        200,
        Lists.page(
            call,
            "transfers",
            "transfers_links",
            detailed ? path + "/detail" : path,
            transfers.list(filter, page),
            one -> detailed ? TransferView.shown(call, one) : TransferView.summary(call, one),
            Transfer::id));
  }

  private Response create(Call call, boolean newer) {
    Fields body = call.body("transfer");
    Volume volume = things.volume(call, volumeId(body).toString()).volume();
    String name = body.text("name", Fields.NAME_MAX);
    boolean withoutSnapshots = newer && body.flag("no_snapshots", false);
    body.end();
    if (volume.status() != VolumeStatus.AVAILABLE) {
      throw new HttpException(400, "Invalid volume: status must be available");
    }
    Transfers.Offer offer =
        transfers.offer(volume.id(), name == null ? "" : name.strip(), withoutSnapshots);
    return Response.json(202, Map.of("transfer", TransferView.made(call, offer)));
  }

  private static UUID volumeId(Fields body) {
    JsonNode given = body.required("volume_id");
    UUID id = body.uuid("volume_id");
    if (id == null) {
      throw Fields.refused("volume_id", given, "None is not of type 'string'");
    }
    return id;
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("transfer", TransferView.shown(call, own(call))));
  }

  private Response delete(Call call) {
    transfers.withdraw(own(call).id());
    return Response.empty(202);
  }

  /** That of the path, which only the project that offers sees, and admins. */
  private Transfer own(Call call) {
    return Belongings.find(
        call,
        "transfer",
        call.parameter("id"),
        id -> transfers.get(new TransferId(id)),
        Transfer::project);
  }

  private static TransferId id(Call call) {
    UUID id = OpenStackId.parse(call.parameter("id"));
    if (id == null) {
      throw Things.noSuch("transfer", call.parameter("id"));
    }
    return new TransferId(id);
  }

  private Response accept(Call call) {
    TransferId id = id(call);
    Fields body = call.body("accept");
    String key = key(body.required("auth_key"));
    body.end();
    return switch (transfers.accept(id, key, Things.owner(call))) {
      case Transfers.Acceptance.Accepted(var transfer) ->
          Response.json(202, Map.of("transfer", TransferView.summary(call, transfer)));
      case Transfers.Acceptance.WrongKey() ->
          throw new HttpException(
              400, "Invalid auth key: Attempt to transfer %s with invalid auth key.".formatted(id));
    };
  }

  /** One that happens to be all digits may come as a number. */
  private static String key(JsonNode value) {
    if (!value.isString() && !value.isIntegralNumber()) {
      throw Fields.refused("auth_key", value, "it is not of type 'string', 'integer'");
    }
    return value.asString();
  }
}
