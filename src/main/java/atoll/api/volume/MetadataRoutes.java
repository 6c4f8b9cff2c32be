package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.engine.Inventory;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.MetadataKind;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * The calls about what owners note on their volumes and snapshots. Source: Block Storage API v3,
 * "Show a volume's metadata" and what follows there.
 */
final class MetadataRoutes {
  private final Inventory inventory;

  MetadataRoutes(Inventory inventory) {
    this.inventory = inventory;
  }

  /**
   * Adds those of one kind of resource.
   *
   * @param subject finds the resource that a call's path names
   */
  void addTo(VolumeApi.Builder api, String resource, Function<Call, UUID> subject) {
    String all = "/" + resource + "/{id}/metadata";
    String one = all + "/{key}";
    api.add(HttpMethod.GET, all, Access.READER, call -> show(subject.apply(call)));
    api.add(HttpMethod.POST, all, Access.MEMBER, call -> add(call, subject.apply(call)));
    api.add(HttpMethod.PUT, all, Access.MEMBER, call -> replace(call, subject.apply(call)));
    api.add(HttpMethod.GET, one, Access.READER, call -> showOne(call, subject.apply(call)));
    api.add(HttpMethod.PUT, one, Access.MEMBER, call -> setOne(call, subject.apply(call)));
    api.add(HttpMethod.DELETE, one, Access.MEMBER, call -> removeOne(call, subject.apply(call)));
  }

  private Response show(UUID subject) {
    return Response.json(200, Map.of("metadata", inventory.notes(MetadataKind.USER, subject)));
  }

  private Response add(Call call, UUID subject) {
    return Response.json(
        200, Map.of("metadata", inventory.note(MetadataKind.USER, subject, notes(call))));
  }

  private Response replace(Call call, UUID subject) {
    return Response.json(
        200, Map.of("metadata", inventory.replaceNotes(MetadataKind.USER, subject, notes(call))));
  }

  private static Map<String, String> notes(Call call) {
    Fields body = Fields.of("", call.json());
    Map<String, String> notes = body.requiredTexts("metadata");
    body.end();
    return notes;
  }

  private Response showOne(Call call, UUID subject) {
    String key = call.parameter("key");
    String value = inventory.notes(MetadataKind.USER, subject).get(key);
    if (value == null) {
      throw new HttpException(404, "Metadata item was not found");
    }
    return Response.json(200, Map.of("meta", Map.of(key, value)));
  }

  private Response setOne(Call call, UUID subject) {
    String key = call.parameter("key");
    JsonNode body = call.json();
    Map<String, String> meta = Fields.of("", body).requiredTexts("meta");
    if (meta.size() != 1) {
      throw new HttpException(400, "Request body contains too many items");
    }
    if (!meta.containsKey(key)) {
      throw new HttpException(400, "Request body and URI mismatch");
    }
    inventory.note(MetadataKind.USER, subject, meta);
    return Response.json(200, Map.of("meta", meta));
  }

  private Response removeOne(Call call, UUID subject) {
    if (!inventory.removeNote(MetadataKind.USER, subject, call.parameter("key"))) {
      throw new HttpException(404, "Metadata item was not found");
    }
    return Response.empty(200);
  }
}
