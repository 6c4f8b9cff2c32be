package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.engine.VolumeTypes;
import atoll.model.ProjectId;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeDetails;
import atoll.model.VolumeTypeId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the volume types that calls name. What a project may not use is not there for it.
 *
 * @param all whoever sees them
 */
record TypeFinder(VolumeTypes all) {
  private static final String KIND = "volume type";

  /** The one that the path names by its id, or as the default one. */
  VolumeTypeDetails inPath(Call call) {
    String text = call.parameter("id");
    return all.get(text.equals("default") ? VolumeType.DEFAULT : id(text), viewer(call));
  }

  /** The one of an id or a name. */
  VolumeTypeDetails named(Call call, String text) {
    UUID id = OpenStackId.parse(text);
    return id != null
        ? all.get(new VolumeTypeId(id), viewer(call))
        : all.named(text, viewer(call)).orElseThrow(() -> Things.noSuch(KIND + " with name", text));
  }

  /** The id in the path, of a type that may be there. */
  static VolumeTypeId id(Call call) {
    return id(call.parameter("id"));
  }

  /** An id of a type that may be there. */
  static VolumeTypeId id(String text) {
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw Things.noSuch(KIND, text);
    }
    return new VolumeTypeId(id);
  }

  /** Null for an admin, who sees all. */
  private static @Nullable ProjectId viewer(Call call) {
    return call.caller().isAdmin() ? null : Things.owner(call).project();
  }
}
