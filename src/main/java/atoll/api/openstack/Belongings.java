package atoll.api.openstack;

import atoll.engine.Instances;
import atoll.engine.Inventory;
import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.ProjectId;
import atoll.model.VolumeDetails;
import atoll.model.VolumeId;
import java.util.UUID;
import java.util.function.Function;

/**
 * Finds what calls are about. What belongs to another project than the caller's is not there; an
 * admin finds everything.
 */
public final class Belongings {
  private Belongings() {}

  /**
   * The thing of an id.
   *
   * @param kind what it is called where it is not there
   * @param project to which it belongs
   * @throws RefusedException if there is none for this caller
   */
  public static <T> T find(
      Call call, String kind, String text, Function<UUID, T> find, Function<T, ProjectId> project) {
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw noSuch(kind, text);
    }
    T found = find.apply(id);
    boolean own = project.apply(found).equals(call.caller().project());
    if (!own && !call.caller().isAdmin()) {
      throw noSuch(kind, text);
    }
    return found;
  }

  /** The volume of an id. */
  public static VolumeDetails volume(Call call, Inventory inventory, String text) {
    return find(
        call,
        "volume",
        text,
        id -> inventory.volume(new VolumeId(id)),
        found -> found.volume().owner().project());
  }

  /** The instance of an id. */
  public static Instance instance(Call call, Instances instances, String text) {
    return find(
        call,
        "instance",
        text,
        id -> instances.get(new InstanceId(id)),
        found -> found.owner().project());
  }

  /** There is no such thing. */
  public static RefusedException noSuch(String kind, String id) {
    return new RefusedException(new Refusal.NotFound(kind, id));
  }
}
