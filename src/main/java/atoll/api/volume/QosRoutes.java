package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Qos;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Page;
import atoll.model.QosConsumer;
import atoll.model.QosSpecs;
import atoll.model.QosSpecsId;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The calls about QoS specs. Source: Block Storage API v3, Quality of service specifications. */
final class QosRoutes {
  private static final String SPECS = "qos_specs";
  private static final Map<String, QosSpecs.Key> KEYS =
      Map.of(
          "created_at", QosSpecs.Key.CREATED_AT,
          "name", QosSpecs.Key.NAME,
          "id", QosSpecs.Key.ID);

  private final Qos qos;

  QosRoutes(Qos qos) {
    this.qos = qos;
  }

  void addTo(VolumeApi.Builder api) {
    String one = "/qos-specs/{id}";
    api.add(HttpMethod.GET, "/qos-specs", Access.ADMIN, this::list);
    api.add(HttpMethod.POST, "/qos-specs", Access.ADMIN, this::create);
    api.add(HttpMethod.GET, one, Access.ADMIN, call -> shown(call, qos.get(id(call))));
    api.add(HttpMethod.PUT, one, Access.ADMIN, this::update);
    api.add(HttpMethod.DELETE, one, Access.ADMIN, this::delete);
    api.add(HttpMethod.PUT, one + "/delete_keys", Access.ADMIN, this::deleteKeys);
    // The API has these as GET although they change something.
    api.add(HttpMethod.GET, one + "/associate", Access.ADMIN, this::associate);
    api.add(HttpMethod.GET, one + "/disassociate", Access.ADMIN, this::disassociate);
    api.add(HttpMethod.GET, one + "/disassociate_all", Access.ADMIN, this::disassociateAll);
    api.add(HttpMethod.GET, one + "/associations", Access.ADMIN, this::associations);
  }

  private static QosSpecsId id(Call call) {
    String text = call.parameter("id");
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw Things.noSuch("QoS specs", text);
    }
    return new QosSpecsId(id);
  }

  private Response list(Call call) {
    Page<QosSpecs.Key> page =
        ListParameters.page(
            call, KEYS, QosSpecs.Key.CREATED_AT, Things.noSuch("QoS specs", call.query("marker")));
    List<QosSpecs> found = qos.list(page);
    return Response.json(
        200,
        Lists.page(
            call,
            SPECS,
            "qos_specs_links",
            "qos-specs",
            found,
            QosRoutes::described,
            QosSpecs::id));
  }

  private static Response shown(Call call, QosSpecs specs) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put(SPECS, described(specs));
    answer.put("links", Links.of(call, "qos-specs", specs.id()));
    return Response.json(200, answer);
  }

  private static Map<String, Object> described(QosSpecs specs) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", specs.id().toString());
    shown.put("name", specs.name());
    shown.put("consumer", word(specs.consumer()));
    shown.put("specs", new TreeMap<>(specs.specs()));
    return shown;
  }

  private static String word(QosConsumer consumer) {
    return switch (consumer) {
      case FRONT_END -> "front-end";
      case BACK_END -> "back-end";
      case BOTH -> "both";
    };
  }

  private static @Nullable QosConsumer consumer(Fields body) {
    List<QosConsumer> all = Arrays.asList(QosConsumer.values());
    List<String> words = all.stream().map(QosRoutes::word).toList();
    String word = body.choice("consumer", words);
    return word == null ? null : all.get(words.indexOf(word));
  }

  private Response create(Call call) {
    JsonNode given = call.json();
    Fields body = Fields.in(given, SPECS);
    String name = body.requiredText("name", 1, Fields.NAME_MAX).strip();
    if (name.isEmpty()) {
      throw new HttpException(400, "Invalid qos specs: the name can not be empty.");
    }
    QosConsumer consumer = consumer(body);
    var specs = new LinkedHashMap<>(specs(given));
    specs.keySet().removeAll(List.of("name", "consumer"));
    return shown(call, qos.create(name, consumer == null ? QosConsumer.BACK_END : consumer, specs));
  }

  private static Map<String, String> specs(JsonNode body) {
    return Specs.checked(SPECS, Fields.of("", body).requiredTexts(SPECS));
  }

  private Response update(Call call) {
    JsonNode given = call.json();
    QosConsumer consumer = consumer(Fields.in(given, SPECS));
    Map<String, String> changes = specs(given);
    var specs = new LinkedHashMap<>(changes);
    specs.remove("consumer");
    qos.update(id(call), consumer, specs);
    return Response.json(200, Map.of(SPECS, changes));
  }

  private Response delete(Call call) {
    String text = call.query("force");
    Boolean force = text == null ? Boolean.FALSE : Flags.parse(text);
    if (force == null) {
      throw new HttpException(
          400, "Invalid parameter: Value '%s' of force is neither true nor false.".formatted(text));
    }
    qos.delete(id(call), force);
    return Response.empty(202);
  }

  private Response deleteKeys(Call call) {
    Fields body = Fields.of("", call.json());
    List<String> keys = texts(body.required("keys"));
    body.end();
    QosSpecsId id = id(call);
    Optional<String> unknown = qos.removeKeys(id, keys);
    if (unknown.isPresent()) {
      throw new HttpException(
          404, "QoS spec %s has no spec with key %s.".formatted(id, unknown.get()));
    }
    return Response.empty(202);
  }

  private static List<String> texts(JsonNode keys) {
    var texts = new ArrayList<String>();
    if (!keys.isArray()) {
      throw Fields.refused("keys", keys, "it is not of type 'array'");
    }
    for (JsonNode key : keys) {
      if (!key.isString()) {
        throw Fields.refused("keys", keys, "a key is not of type 'string'");
      }
      texts.add(key.stringValue());
    }
    return texts;
  }

  private Response associate(Call call) {
    qos.associate(id(call), type(call));
    return Response.empty(202);
  }

  private Response disassociate(Call call) {
    qos.disassociate(id(call), type(call));
    return Response.empty(202);
  }

  private static VolumeTypeId type(Call call) {
    String text = call.query("vol_type_id");
    if (text == null || text.isEmpty()) {
      throw new HttpException(400, "Volume Type id must not be None.");
    }
    return TypeFinder.id(text);
  }

  private Response disassociateAll(Call call) {
    qos.disassociateAll(id(call));
    return Response.empty(202);
  }

  private Response associations(Call call) {
    return Response.json(
        200,
        Map.of(
            "qos_associations",
            qos.associations(id(call)).stream().map(QosRoutes::association).toList()));
  }

  private static Map<String, String> association(VolumeType type) {
    var shown = new LinkedHashMap<String, String>();
    shown.put("association_type", "volume_type");
    shown.put("name", type.name());
    shown.put("id", type.id().toString());
    return shown;
  }
}
