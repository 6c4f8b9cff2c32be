package atoll.model;

/** On what a user can have roles, and for what a token can be. */
public sealed interface Scope {
  /** One project. */
  record OfProject(ProjectId project) implements Scope {}

  /** The one domain there is. */
  record OfDomain() implements Scope {}

  /** The service as a whole. */
  record OfSystem() implements Scope {}
}
