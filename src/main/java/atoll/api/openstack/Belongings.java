package atoll.api.openstack;

import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.model.Owner;
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
   * @throws RefusedException if there is none for this caller
   */
  public static <T> T find(
      Call call, String kind, String text, Function<UUID, T> find, Function<T, Owner> owner) {
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw noSuch(kind, text);
    }
    T found = find.apply(id);
    boolean own = owner.apply(found).project().equals(call.caller().project());
    if (!own && !call.caller().isAdmin()) {
      throw noSuch(kind, text);
    }
    return found;
  }

  /** There is no such thing. */
  public static RefusedException noSuch(String kind, String id) {
    return new RefusedException(new Refusal.NotFound(kind, id));
  }
}
