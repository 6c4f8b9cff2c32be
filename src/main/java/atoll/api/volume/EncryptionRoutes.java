package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Times;
import atoll.engine.VolumeTypes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.VolumeTypeEncryption;
import atoll.model.VolumeTypeEncryption.Location;
import atoll.model.VolumeTypeEncryption.Spec;
import atoll.model.VolumeTypeId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The calls about the encryption of a type's volumes, of which there is one at most: where a path
 * names a part of it, it is all of it that is changed or deleted. Source: Block Storage API v3,
 * "Show an encryption type" and what follows there.
 */
final class EncryptionRoutes {
  private final VolumeTypes types;

  EncryptionRoutes(TypeFinder finder) {
    this.types = finder.all();
  }

  void addTo(VolumeApi.Builder api) {
    String all = "/types/{id}/encryption";
    String one = all + "/{key}";
    api.add(HttpMethod.GET, all, Access.ADMIN, this::show);
    api.add(HttpMethod.POST, all, Access.ADMIN, this::create);
    api.add(HttpMethod.GET, one, Access.ADMIN, this::showOne);
    api.add(HttpMethod.PUT, one, Access.ADMIN, this::update);
    api.add(HttpMethod.DELETE, one, Access.ADMIN, this::delete);
  }

  private Response show(Call call) {
    return Response.json(200, shown(TypeFinder.id(call)));
  }

  private Response showOne(Call call) {
    VolumeTypeId type = TypeFinder.id(call);
    String key = call.parameter("key");
    Map<String, Object> shown = shown(type);
    if (!shown.containsKey(key)) {
      throw none(type);
    }
    shown.keySet().retainAll(List.of(key));
    return Response.json(200, shown);
  }

  /** Empty where nothing is said. */
  private Map<String, Object> shown(VolumeTypeId type) {
    var shown = new LinkedHashMap<String, Object>();
    types.encryption(type).ifPresent(encryption -> describe(encryption, shown));
    return shown;
  }

  private static void describe(VolumeTypeEncryption encryption, Map<String, Object> shown) {
    Spec spec = encryption.spec();
    shown.put("created_at", Times.of(encryption.createdAt()));
    shown.put("updated_at", Times.of(encryption.updatedAt()));
    shown.put("deleted_at", null);
    shown.put("deleted", false);
    shown.put("encryption_id", encryption.id().toString());
    shown.put("cipher", spec.cipher());
    shown.put("key_size", spec.keySizeBits());
    shown.put("provider", spec.provider());
    shown.put("control_location", word(spec.controlLocation()));
    shown.put("volume_type_id", encryption.type().toString());
  }

  private Response create(Call call) {
    JsonNode given = call.json();
    Fields body = Fields.in(given, "encryption");
    body.required("control_location");
    Location location = location(body);
    if (location == null) {
      throw new HttpException(400, "'control_location' is a required property");
    }
    var spec =
        new Spec(
            body.requiredText("provider", 0, Fields.NAME_MAX),
            body.text("cipher", Fields.NAME_MAX),
            keySize(body),
            location);
    body.end();
    VolumeTypeEncryption made = types.createEncryption(TypeFinder.id(call), spec);
    var answer = new LinkedHashMap<String, Object>();
    given.get("encryption").properties().forEach(one -> answer.put(one.getKey(), one.getValue()));
    answer.put("volume_type_id", made.type().toString());
    answer.put("encryption_id", made.id().toString());
    return Response.json(200, Map.of("encryption", answer));
  }

  private Response update(Call call) {
    JsonNode given = call.json();
    Fields body = Fields.in(given, "encryption");
    String provider = body.text("provider", Fields.NAME_MAX);
    String cipher = body.text("cipher", Fields.NAME_MAX);
    Integer keySize = keySize(body);
    Location location = location(body);
    body.end();
    VolumeTypeId type = TypeFinder.id(call);
    boolean saysCipher = body.has("cipher");
    boolean saysKeySize = body.has("key_size");
    boolean changed =
        types.updateEncryption(
            type,
            before ->
                new Spec(
                    provider == null ? before.provider() : provider,
                    saysCipher ? cipher : before.cipher(),
                    saysKeySize ? keySize : before.keySizeBits(),
                    location == null ? before.controlLocation() : location));
    if (!changed) {
      throw none(type);
    }
    return Response.json(200, Map.of("encryption", given.get("encryption")));
  }

  private static @Nullable Integer keySize(Fields body) {
    Long bits = body.number("key_size", 0, Integer.MAX_VALUE);
    return bits == null ? null : Math.toIntExact(bits);
  }

  private static @Nullable Location location(Fields body) {
    String word =
        body.choice("control_location", List.of(word(Location.FRONT_END), word(Location.BACK_END)));
    if (word == null) {
      return null;
    }
    return word.equals(word(Location.FRONT_END)) ? Location.FRONT_END : Location.BACK_END;
  }

  private static String word(Location location) {
    return switch (location) {
      case FRONT_END -> "front-end";
      case BACK_END -> "back-end";
    };
  }

  private Response delete(Call call) {
    VolumeTypeId type = TypeFinder.id(call);
    if (!types.deleteEncryption(type)) {
      throw none(type);
    }
    return Response.empty(202);
  }

  private static HttpException none(VolumeTypeId type) {
    return new HttpException(
        404, "Volume type encryption for type %s does not exist.".formatted(type));
  }
}
