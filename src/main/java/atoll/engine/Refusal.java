package atoll.engine;

import atoll.model.QuotaResource;

/**
 * Why what was asked for cannot be; {@link #message} says it to a person, with the way out where
 * there is one.
 */
public sealed interface Refusal {
  /** One sentence or two, naming the thing. */
  String message();

  /** There is no such thing, or it is deleted. */
  record NotFound(String kind, String id) implements Refusal {
    @Override
    public String message() {
      return "there is no " + kind + " " + id;
    }
  }

  /** The thing is in a state in which this cannot be done. */
  record WrongState(String kind, String id, String state, String wayOut) implements Refusal {
    @Override
    public String message() {
      return kind + " " + id + " is " + state + "; " + wayOut;
    }
  }

  /** Something else is being done with the thing; trying again may work. */
  record Busy(String kind, String id, String why) implements Refusal {
    @Override
    public String message() {
      return kind + " " + id + " is busy: " + why + "; try again";
    }
  }

  /** There is one of that name already. */
  record Exists(String kind, String name) implements Refusal {
    @Override
    public String message() {
      return "there is a " + kind + " " + name + " already";
    }
  }

  /** Others need what is there as it is. */
  record InUse(String message) implements Refusal {}

  /** What was given makes no sense. */
  record Invalid(String message) implements Refusal {}

  /**
   * The project may not have so much.
   *
   * @param name the quota's own: that of the resource, or of the resource for one type of volumes
   * @param requested things or GiB, as the resource is counted
   */
  record OverQuota(QuotaResource resource, String name, long requested, long quota, long used)
      implements Refusal {
    @Override
    public String message() {
      return "the quota %s is %d, of which %d are used, and %d more are asked for; delete something, or have the quota raised"
          .formatted(name, quota, used, requested);
    }
  }

  /** The storage is too full to be safe. */
  record NoSpace(String message) implements Refusal {}

  /** It makes sense, and Atoll cannot do it. */
  record NotSupported(String message) implements Refusal {}
}
