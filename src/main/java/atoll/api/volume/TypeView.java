package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeDetails;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** How a volume type is shown. */
final class TypeView {
  private static final String ACCESS = "os-volume-type-access:is_public";

  private TypeView() {}

  /** As in the answer about one, and in lists. What it is made of is for admins alone. */
  static Map<String, Object> shown(Call call, VolumeTypeDetails details) {
    VolumeType type = details.type();
    Map<String, Object> shown = named(type);
    if (call.caller().isAdmin()) {
      shown.put("extra_specs", new TreeMap<>(details.extraSpecs()));
      shown.put("qos_specs_id", type.qosSpecs() == null ? null : type.qosSpecs().toString());
    }
    shown.put(ACCESS, type.isPublic());
    return shown;
  }

  /** As answered to who makes one. */
  static Map<String, Object> made(VolumeTypeDetails details) {
    Map<String, Object> shown = changed(details);
    shown.put(ACCESS, details.type().isPublic());
    return shown;
  }

  /** As answered to who changes one. */
  static Map<String, Object> changed(VolumeTypeDetails details) {
    Map<String, Object> shown = named(details.type());
    shown.put("extra_specs", new TreeMap<>(details.extraSpecs()));
    return shown;
  }

  private static Map<String, Object> named(VolumeType type) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", type.id().toString());
    shown.put("name", type.name());
    shown.put("is_public", type.isPublic());
    shown.put("description", VolumeView.named(type.description()));
    return shown;
  }
}
