package atoll.identity;

/**
 * The one domain that all projects and users are in. Source: OpenStack Identity API v3, Domains.
 */
public record Domain(String id, String name, String description) {
  public static final Domain DEFAULT = new Domain("default", "Default", "The default domain");
}
