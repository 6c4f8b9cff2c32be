package atoll.model;

/** For whom quotas are. */
public sealed interface QuotaScope {
  /** What every project has that has no quotas of its own. */
  QuotaScope DEFAULT = new QuotaClass("default");

  /** One project. */
  record OneProject(ProjectId id) implements QuotaScope {}

  /** Whoever is of a class; all projects are of the class {@code default}. */
  record QuotaClass(String name) implements QuotaScope {}
}
