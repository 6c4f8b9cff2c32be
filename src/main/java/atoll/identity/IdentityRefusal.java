package atoll.identity;

/** Why what was asked for of users, projects and roles cannot be. */
public sealed interface IdentityRefusal {
  /** A sentence for a person, naming the thing. */
  String message();

  /** There is no such thing. */
  record NotFound(String kind, String id) implements IdentityRefusal {
    @Override
    public String message() {
      return "Could not find %s: %s.".formatted(kind, id);
    }
  }

  /** There is one of that name. */
  record Conflict(String kind, String name) implements IdentityRefusal {
    @Override
    public String message() {
      return "Conflict occurred attempting to store %s - Duplicate entry found with name %s."
          .formatted(kind, name);
    }
  }

  /** What was given makes no sense. */
  record Invalid(String message) implements IdentityRefusal {}

  /** It makes sense, and whoever asks may not, or nobody may. */
  record Forbidden(String message) implements IdentityRefusal {}
}
